/*
 * msg.h -- the numbers of DNS messages (RFC 1035 4.1, RFC 6895 and the IANA
 * registry): header, opcodes, RCODEs, EDNS options, extended errors.
 *
 * Knows: nothing.   Must not know: how a message is answered.
 */
#ifndef DNS_MSG_H
#define DNS_MSG_H

enum { MSG_HEADER = 12, MSG_MAX = 65535, MSG_UDP_PLAIN = 512, MSG_POINTER_MAX = 0x3fff };

/* Flags of the 16 bits behind the id. */
enum {
	FLAG_QR = 0x8000,
	FLAG_OPCODE = 0x7800,
	FLAG_AA = 0x0400,
	FLAG_TC = 0x0200,
	FLAG_RD = 0x0100,
	FLAG_RA = 0x0080,
	FLAG_AD = 0x0020,
	FLAG_CD = 0x0010,
	FLAG_RCODE = 0x000f,
};

enum {
	OPCODE_QUERY = 0,
	OPCODE_IQUERY = 1,
	OPCODE_STATUS = 2,
	OPCODE_NOTIFY = 4,
	OPCODE_UPDATE = 5,
	OPCODE_DSO = 6
};

enum {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
	RCODE_YXDOMAIN = 6,
	RCODE_NOTAUTH = 9,
	RCODE_BADVERS = 16,
};

/* EDNS options and the flag of RFC 6891 6.1.4. */
enum {
	EDNS_DO = 0x8000,
	EDNS_NSID = 3,
	EDNS_COOKIE = 10,
	EDNS_KEEPALIVE = 11,
	EDNS_PADDING = 12,
	EDNS_EDE = 15,
	EDNS_ZONEVERSION = 19,
};

/* Extended DNS errors (RFC 8914), -1: none. */
enum {
	EDE_NONE = -1,
	EDE_OTHER = 0,
	EDE_UNSUPPORTED_NSEC3_ITER = 27,
	EDE_NOT_READY = 14,
	EDE_PROHIBITED = 18,
	EDE_NOT_AUTHORITATIVE = 20,
	EDE_NOT_SUPPORTED = 21,
	EDE_INVALID_DATA = 24,
	EDE_SYNTHESIZED = 29,
	EDE_INVALID_QUERY_TYPE = 30,
};

#endif
