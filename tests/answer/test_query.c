/*
 * The protocol around an answer: headers, questions, EDNS, what is refused and
 * how. A row says what is sent and what has to come, in answering_tell's words.
 */
#include "tests/help/run.h"

#include "tests/help/answering.h"

#define ID          "\x12\x34"
#define PLAIN_FLAGS "\0\0"
#define Q1          "\0\1\0\0\0\0\0\0" /* one question */
#define Q1R1        "\0\1\0\0\0\0\0\1" /* and one additional record */
#define Q1R2        "\0\1\0\0\0\0\0\2"
#define ASK         ID PLAIN_FLAGS Q1
#define ASK1        ID PLAIN_FLAGS Q1R1
#define ASK2        ID PLAIN_FLAGS Q1R2

#define WWW  "\3www\7example\0"
#define APEX "\7example\0"
#define AWAY "\3not\6served\0"
#define A    "\0\1"
#define SOA  "\0\6"
#define TXT  "\0\20"
#define IXFR "\0\373"
#define AXFR "\0\374"
#define IN   "\0\1"
#define CH   "\0\3"
#define ANY  "\0\377"

#define UDP TRANSPORT_UDP
#define TCP TRANSPORT_TCP

#define OPT_HEAD "\0\0\51\4\320" /* root, OPT, 1232 */
#define OPT(n)   OPT_HEAD "\0\0\0\0" n
#define OPT0     OPT("\0\0")
#define A_RR     WWW A IN "\0\0\0\0\0\4\1\2\3\4"
#define SOA_RR                                                                                                    \
	APEX SOA IN "\0\0\0\0\0\26\0\0"                                                                           \
		    "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"

/* hmac-sha256., time, fudge, MAC of 4, id, no error, no other data */
#define TSIG_RDATA                                                                                                \
	"\13hmac-sha256\0"                                                                                        \
	"\0\0\145\123\361\0"                                                                                      \
	"\1\54"                                                                                                   \
	"\0\4macs" ID "\0\0"                                                                                      \
	"\0\0"
#define TSIG(class, ttl) "\3key\0\0\372" class ttl "\0\41" TSIG_RDATA
#define TSIG0            TSIG(ANY, "\0\0\0\0")

struct expectation {
	const char *why;
	enum transport how;
	struct view request;
	const char *want;
};

static const struct expectation headers[] = {
	{ "a plain question", UDP, BYTES(ASK WWW A IN), "NOERROR qr aa 1/1/0/0" },
	{ "RD and CD are copied, AD is not (RFC 6840 5.8)", UDP, BYTES(ID "\1\60" Q1 WWW A IN),
	  "NOERROR qr aa rd cd 1/1/0/0" },
	{ "flags that mean nothing in a question", UDP, BYTES(ID "\6\305" Q1 WWW A IN), "NOERROR qr aa 1/1/0/0" },
	{ "an answer gets none", UDP, BYTES(ID "\200\0" Q1 WWW A IN), "silence" },
	{ "nor the header of one", UDP,
	  BYTES(ID "\200\0"
		   "\0\0\0\0\0\0\0\0"),
	  "silence" },
	{ "no header", UDP, BYTES(ID "\0\0\0\1\0\0\0\0\0"), "silence" },
	{ "nothing", TCP, BYTES(""), "silence" },
	{ "no question", UDP, BYTES(ID PLAIN_FLAGS "\0\0\0\0\0\0\0\0"), "FORMERR qr 0/0/0/0" },
	{ "no question with OPT (RFC 6891 6.1.1)", UDP, BYTES(ID PLAIN_FLAGS "\0\0\0\0\0\0\0\1" OPT0),
	  "FORMERR qr 0/0/0/1 OPT1232" },
	{ "two questions", UDP, BYTES(ID PLAIN_FLAGS "\0\2\0\0\0\0\0\0" WWW A IN WWW A IN), "FORMERR qr 0/0/0/0" },
	{ "65,535 questions", UDP, BYTES(ID PLAIN_FLAGS "\377\377\0\0\0\0\0\0" WWW A IN), "FORMERR qr 0/0/0/0" },
	{ "an answer record in a question is passed over", UDP,
	  BYTES(ID PLAIN_FLAGS "\0\1\0\1\0\0\0\0" WWW A IN A_RR), "NOERROR qr aa 1/1/0/0" },
	{ "a record announced that is not there", UDP, BYTES(ASK1 WWW A IN), "FORMERR qr 1/0/0/0" },
	{ "65,535 of each", UDP, BYTES(ID PLAIN_FLAGS "\0\1\377\377\377\377\377\377" WWW A IN A_RR),
	  "FORMERR qr 1/0/0/0" },
	{ "octets behind the question", UDP, BYTES(ASK WWW A IN "xyz"), "NOERROR qr aa 1/1/0/0" },
	{ "octets behind the OPT", UDP, BYTES(ASK1 WWW A IN OPT0 "xyz"), "NOERROR qr aa 1/1/0/1 OPT1232" },
	{ "a pointer in the question", UDP, BYTES(ASK "\300\14" A IN), "FORMERR qr 0/0/0/0" },
	{ "a label, then a pointer to itself", UDP, BYTES(ASK "\1a\300\14" A IN), "FORMERR qr 0/0/0/0" },
	{ "label type 01", UDP, BYTES(ASK "\101a\0" A IN), "FORMERR qr 0/0/0/0" },
	{ "an owner that points at itself", UDP, BYTES(ASK1 WWW A IN "\300\35" A IN "\0\0\0\0\0\0"),
	  "FORMERR qr 1/0/0/0" },
	{ "an owner that points forwards", UDP, BYTES(ASK1 WWW A IN "\300\100" A IN "\0\0\0\0\0\0"),
	  "FORMERR qr 1/0/0/0" },
	{ "an owner that points at the question", UDP, BYTES(ASK1 WWW A IN "\300\14" A IN "\0\0\0\0\0\0"),
	  "NOERROR qr aa 1/1/0/0" },
};

static const struct expectation opcodes[] = {
	{ "IQUERY (RFC 3425)", UDP, BYTES(ID "\10\0" Q1 WWW A IN), "NOTIMP opcode1 qr 0/0/0/0" },
	{ "STATUS", UDP, BYTES(ID "\20\0" Q1 WWW A IN), "NOTIMP opcode2 qr 0/0/0/0" },
	{ "opcode 3", UDP, BYTES(ID "\30\0" Q1 WWW A IN), "NOTIMP opcode3 qr 0/0/0/0" },
	{ "DSO", TCP,
	  BYTES(ID "\60\0"
		   "\0\0\0\0\0\0\0\0"),
	  "NOTIMP opcode6 qr 0/0/0/0" },
	{ "opcode 3, with OPT (RFC 6891 6.1.1)", UDP, BYTES(ID "\30\0" Q1R1 WWW A IN OPT0),
	  "NOTIMP opcode3 qr 0/0/0/1 OPT1232" },
	{ "opcode 3, with OPT of version 1 (RFC 6891 6.1.3)", UDP,
	  BYTES(ID "\30\0" Q1R1 WWW A IN OPT_HEAD "\0\1\0\0\0\0"), "BADVERS opcode3 qr 0/0/0/1 OPT1232" },
	{ "opcode 3, signed", UDP, BYTES(ID "\30\0" Q1R1 WWW A IN TSIG0), "NOTIMP opcode3 qr 0/0/0/0" },
	{ "opcode 3, its name cut off", UDP, BYTES(ID "\30\0" Q1R1 "\3ww"), "NOTIMP opcode3 qr 0/0/0/0" },
	{ "opcode 15", UDP, BYTES(ID "\170\0" Q1 WWW A IN), "NOTIMP opcode15 qr 0/0/0/0" },
	{ "NOTIFY of a zone served", UDP, BYTES(ID "\40\0" Q1 APEX SOA IN), "REFUSED opcode4 qr 1/0/0/0" },
	{ "NOTIFY of another (RFC 1996 3.10)", UDP, BYTES(ID "\40\0" Q1 AWAY SOA IN),
	  "NOTAUTH opcode4 qr 1/0/0/0" },
	{ "UPDATE of a zone served", UDP, BYTES(ID "\50\0" Q1 APEX SOA IN), "REFUSED opcode5 qr 1/0/0/0" },
	{ "UPDATE below an apex (RFC 2136 3.1.2)", UDP, BYTES(ID "\50\0" Q1 WWW SOA IN),
	  "NOTAUTH opcode5 qr 1/0/0/0" },
	{ "UPDATE of another class", UDP, BYTES(ID "\50\0" Q1 APEX SOA CH), "NOTIMP opcode5 qr 1/0/0/0" },
	{ "an answer to NOTIFY", UDP, BYTES(ID "\240\0" Q1 APEX SOA IN), "silence" },
	{ "AXFR over TCP", TCP, BYTES(ASK APEX AXFR IN), "REFUSED qr 1/0/0/0" },
	{ "AXFR of another zone (RFC 5936 2.2.1)", TCP, BYTES(ASK AWAY AXFR IN), "NOTAUTH qr 1/0/0/0" },
	{ "AXFR below an apex", TCP, BYTES(ASK WWW AXFR IN), "NOTAUTH qr 1/0/0/0" },
	{ "AXFR with OPT: EDE 21 (RFC 8914 4.22)", TCP, BYTES(ASK1 APEX AXFR IN OPT0),
	  "REFUSED qr 1/0/0/1 OPT1232 15:0015" },
	{ "AXFR of another zone with OPT: EDE 20", TCP, BYTES(ASK1 AWAY AXFR IN OPT0),
	  "NOTAUTH qr 1/0/0/1 OPT1232 15:0014" },
	{ "AXFR over UDP (RFC 5936 4.2)", UDP, BYTES(ASK APEX AXFR IN), "NOTIMP qr 1/0/0/0" },
	{ "IXFR", UDP, BYTES(ID PLAIN_FLAGS "\0\1\0\0\0\1\0\0" APEX IXFR IN SOA_RR), "REFUSED qr 1/0/0/0" },
	{ "IXFR without the client's SOA (RFC 1995 3)", TCP, BYTES(ASK APEX IXFR IN), "FORMERR qr 1/0/0/0" },
	{ "nor with it, of another zone", TCP, BYTES(ASK AWAY IXFR IN), "NOTAUTH qr 1/0/0/0" },
};

static const struct expectation classes_and_types[] = {
	{ "class 0", UDP, BYTES(ASK WWW A "\0\0"), "REFUSED qr 1/0/0/0" },
	{ "class HS", UDP, BYTES(ASK WWW A "\0\4"), "REFUSED qr 1/0/0/0" },
	{ "class NONE", UDP, BYTES(ASK WWW A "\0\376"), "REFUSED qr 1/0/0/0" },
	{ "class ANY: data, not authoritative (RFC 1035 3.7.1, RFC 1034 4.3.2)", UDP, BYTES(ASK WWW A ANY),
	  "NOERROR qr 1/1/0/0" },
	{ "type 0", UDP, BYTES(ASK WWW "\0\0" IN), "NOERROR qr aa 1/0/1/0" },
	{ "type OPT", UDP, BYTES(ASK WWW "\0\51" IN), "NOERROR qr aa 1/0/1/0" },
	{ "type TKEY", UDP, BYTES(ASK WWW "\0\371" IN), "NOERROR qr aa 1/0/1/0" },
	{ "type TSIG", UDP, BYTES(ASK WWW "\0\372" IN), "NOERROR qr aa 1/0/1/0" },
	{ "type NXNAME (RFC 9824 3.5)", UDP, BYTES(ASK WWW "\0\200" IN), "FORMERR qr 1/0/0/0" },
	{ "type NXNAME, with OPT", UDP, BYTES(ASK1 WWW "\0\200" IN OPT0), "FORMERR qr 1/0/0/1 OPT1232 15:001e" },
	{ "type 129", UDP, BYTES(ASK WWW "\0\201" IN), "NOERROR qr aa 1/0/1/0" },
	{ "type MAILB", UDP, BYTES(ASK WWW "\0\375" IN), "NOTIMP qr 1/0/0/0" },
	{ "type MAILA", UDP, BYTES(ASK WWW "\0\376" IN), "NOTIMP qr 1/0/0/0" },
	{ "type MAILA at an apex, where the SOA has two fragments", UDP, BYTES(ASK APEX "\0\376" IN),
	  "NOTIMP qr 1/0/0/0" },
	{ "type 0 at an apex", UDP, BYTES(ASK APEX "\0\0" IN), "NOERROR qr aa 1/0/1/0" },
	{ "type 65535", UDP, BYTES(ASK WWW "\377\377" IN), "NOERROR qr aa 1/0/1/0" },
	{ "ANY over UDP: one RRset (RFC 8482 4.1)", UDP, BYTES(ASK WWW ANY IN), "NOERROR qr aa 1/1/0/0" },
	{ "a zone not served", UDP, BYTES(ASK AWAY A IN), "REFUSED qr 1/0/0/0" },
	{ "a zone not served, with OPT: EDE 20 (RFC 8914 4.21)", UDP, BYTES(ASK1 AWAY A IN OPT0),
	  "REFUSED qr 1/0/0/1 OPT1232 15:0014" },
	{ "version.bind", UDP, BYTES(ASK "\7version\4bind\0" TXT CH), "NOERROR qr aa 1/1/0/0" },
	{ "VERSION.Server", UDP, BYTES(ASK "\7VERSION\6Server\0" TXT CH), "NOERROR qr aa 1/1/0/0" },
	{ "version.bind A", UDP, BYTES(ASK "\7version\4bind\0" A CH), "NOERROR qr aa 1/0/0/0" },
	{ "hostname.bind is turned off", UDP, BYTES(ASK "\10hostname\4bind\0" TXT CH), "REFUSED qr 1/0/0/0" },
	{ "id.server is turned off", UDP, BYTES(ASK "\2id\6server\0" TXT CH), "REFUSED qr 1/0/0/0" },
	{ "another name in CH", UDP, BYTES(ASK WWW TXT CH), "REFUSED qr 1/0/0/0" },
	{ "version.bind in IN", UDP, BYTES(ASK "\7version\4bind\0" TXT IN), "REFUSED qr 1/0/0/0" },
};

static const struct expectation options[] = {
	{ "OPT of size 0 counts as 512", UDP, BYTES(ASK1 WWW A IN "\0\0\51\0\0\0\0\0\0\0\0"),
	  "NOERROR qr aa 1/1/0/1 OPT1232" },
	{ "DO is copied, other flags are not (RFC 3225 3, RFC 6891 6.1.4)", UDP,
	  BYTES(ASK1 WWW A IN OPT_HEAD "\0\0\377\377\0\0"), "NOERROR qr aa 1/1/0/1 OPT1232 do" },
	{ "version 1", UDP, BYTES(ASK1 WWW A IN OPT_HEAD "\0\1\0\0\0\0"), "BADVERS qr 1/0/0/1 OPT1232" },
	{ "version 255, DO", UDP, BYTES(ASK1 WWW A IN OPT_HEAD "\0\377\200\0\0\0"),
	  "BADVERS qr 1/0/0/1 OPT1232 do" },
	{ "version 1 goes before what is not served", UDP, BYTES(ASK1 AWAY A CH OPT_HEAD "\0\1\0\0\0\0"),
	  "BADVERS qr 1/0/0/1 OPT1232" },
	{ "the upper RCODE of a question means nothing", UDP, BYTES(ASK1 WWW A IN OPT_HEAD "\1\0\0\0\0\0"),
	  "NOERROR qr aa 1/1/0/1 OPT1232" },
	{ "an unknown option (RFC 6891 6.1.2)", UDP, BYTES(ASK1 WWW A IN OPT("\0\7") "\375\351\0\3abc"),
	  "NOERROR qr aa 1/1/0/1 OPT1232" },
	{ "an option that runs past the end", UDP, BYTES(ASK1 WWW A IN OPT("\0\7") "\375\351\0\4abc"),
	  "FORMERR qr 1/0/0/1 OPT1232" },
	{ "three stray octets", UDP, BYTES(ASK1 WWW A IN OPT("\0\3") "abc"), "FORMERR qr 1/0/0/1 OPT1232" },
	{ "NSID (RFC 5001)", UDP, BYTES(ASK1 WWW A IN OPT("\0\4") "\0\3\0\0"),
	  "NOERROR qr aa 1/1/0/1 OPT1232 3:616263" },
	{ "NSID twice is answered once", UDP, BYTES(ASK1 WWW A IN OPT("\0\10") "\0\3\0\0\0\3\0\0"),
	  "NOERROR qr aa 1/1/0/1 OPT1232 3:616263" },
	{ "NSID with octets in it", UDP, BYTES(ASK1 WWW A IN OPT("\0\5") "\0\3\0\1x"),
	  "NOERROR qr aa 1/1/0/1 OPT1232 3:616263" },
	{ "NSID and an error", UDP, BYTES(ASK1 AWAY A IN OPT("\0\4") "\0\3\0\0"),
	  "REFUSED qr 1/0/0/1 OPT1232 3:616263 15:0014" },
	{ "ZONEVERSION: labels of the zone, type 0, serial (RFC 9660 2)", UDP,
	  BYTES(ASK1 WWW A IN OPT("\0\4") "\0\23\0\0"), "NOERROR qr aa 1/1/0/1 OPT1232 19:010000000007" },
	{ "ZONEVERSION that is not empty (RFC 9660 3.1)", UDP, BYTES(ASK1 WWW A IN OPT("\0\5") "\0\23\0\1x"),
	  "FORMERR qr 1/0/0/1 OPT1232" },
	{ "ZONEVERSION of no zone of ours", UDP, BYTES(ASK1 AWAY A IN OPT("\0\4") "\0\23\0\0"),
	  "REFUSED qr 1/0/0/1 OPT1232 15:0014" },
	{ "KEEPALIVE over TCP (RFC 7828)", TCP, BYTES(ASK1 WWW A IN OPT("\0\4") "\0\13\0\0"),
	  "NOERROR qr aa 1/1/0/1 OPT1232 11:0064" },
	{ "KEEPALIVE over UDP is ignored (RFC 7828 3.2.1)", UDP, BYTES(ASK1 WWW A IN OPT("\0\4") "\0\13\0\0"),
	  "NOERROR qr aa 1/1/0/1 OPT1232" },
	{ "two OPTs (RFC 6891 6.1.1)", UDP, BYTES(ASK2 WWW A IN OPT0 OPT0), "FORMERR qr 1/0/0/1 OPT1232" },
	{ "an OPT with an owner", UDP, BYTES(ASK1 WWW A IN "\1x" OPT0), "FORMERR qr 1/0/0/0" },
	{ "an OPT in the answer section", UDP, BYTES(ID PLAIN_FLAGS "\0\1\0\1\0\0\0\0" WWW A IN OPT0),
	  "FORMERR qr 1/0/0/0" },
	{ "an OPT behind another record", UDP, BYTES(ASK2 WWW A IN A_RR OPT0), "NOERROR qr aa 1/1/0/1 OPT1232" },
	{ "an OPT before another record", UDP, BYTES(ASK2 WWW A IN OPT0 A_RR), "NOERROR qr aa 1/1/0/1 OPT1232" },
};

static const struct expectation signed_ones[] = {
	{ "a key we do not have (RFC 8945 5.2.1)", UDP, BYTES(ASK1 WWW A IN TSIG0), "NOTAUTH qr 1/0/0/1 TSIG17" },
	{ "with OPT: TSIG is last", UDP, BYTES(ASK2 WWW A IN OPT0 TSIG0), "NOTAUTH qr 1/0/0/2 OPT1232 TSIG17" },
	{ "an UPDATE, signed", TCP, BYTES(ID "\50\0" Q1R1 APEX SOA IN TSIG0),
	  "NOTAUTH opcode5 qr 1/0/0/1 TSIG17" },
	{ "not the last record", UDP, BYTES(ASK2 WWW A IN TSIG0 OPT0), "FORMERR qr 1/0/0/0" },
	{ "in the answer section", UDP, BYTES(ID PLAIN_FLAGS "\0\1\0\1\0\0\0\0" WWW A IN TSIG0),
	  "FORMERR qr 1/0/0/0" },
	{ "of class IN (RFC 8945 4.2)", UDP, BYTES(ASK1 WWW A IN TSIG(IN, "\0\0\0\0")), "FORMERR qr 1/0/0/0" },
	{ "with a TTL", UDP, BYTES(ASK1 WWW A IN TSIG(ANY, "\0\0\0\1")), "FORMERR qr 1/0/0/0" },
	{ "of no octets", UDP, BYTES(ASK1 WWW A IN "\3key\0\0\372" ANY "\0\0\0\0\0\0"), "FORMERR qr 1/0/0/0" },
	{ "an octet too many inside", UDP, BYTES(ASK1 WWW A IN "\3key\0\0\372" ANY "\0\0\0\0\0\42" TSIG_RDATA "x"),
	  "FORMERR qr 1/0/0/0" },
};

static const struct {
	const struct expectation *row;
	size_t n;
} tables[] = {
	{ headers, COUNT_OF(headers) },
	{ opcodes, COUNT_OF(opcodes) },
	{ classes_and_types, COUNT_OF(classes_and_types) },
	{ options, COUNT_OF(options) },
	{ signed_ones, COUNT_OF(signed_ones) },
};

static const char zone[] = "$TTL 300\n"
			   "@ SOA ns hostmaster 7 3600 600 86400 300\n"
			   "@ NS ns\n"
			   "ns A 192.0.2.1\n"
			   "www A 192.0.2.2\n"
			   "www TXT w\n";

START_TEST(requests_get_the_answers_of_the_table)
{
	struct answering a;

	answering_begin(&a);
	answering_zone(&a, "example.", zone);
	answering_ready(&a);
	for (size_t i = 0; i < tables[_i].n; i++) {
		const struct expectation *r = &tables[_i].row[i];
		const char *is = answering_tell(&a, r->how, r->request);
		ck_assert_msg(strcmp(is, r->want) == 0, "%s: %s, not %s", r->why, is, r->want);
	}
	ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, BYTES(ASK WWW A IN)), "NOERROR qr aa 1/1/0/0");
	answering_end(&a);
}
END_TEST

START_TEST(letter_case_comes_back_as_it_was)
{
	struct answering a;
	struct view request = BYTES(ASK "\3wWw\7eXaMpLe\0" A IN);

	answering_begin(&a);
	answering_zone(&a, "example.", zone);
	answering_ready(&a);
	ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, request), "NOERROR qr aa 1/1/0/0");
	ck_assert_mem_eq(a.answer + MSG_HEADER, request.p + MSG_HEADER, request.n - MSG_HEADER);
	answering_end(&a);
}
END_TEST

START_TEST(badkey_says_which_key)
{
	struct answering a;
	static const char want[] = "\3key\0\0\372" ANY "\0\0\0\0\0\35"
				   "\13hmac-sha256\0"
				   "\0\0\145\123\361\0"
				   "\1\54"
				   "\0\0" ID "\0\21"
				   "\0\0";

	answering_begin(&a);
	answering_zone(&a, "example.", zone);
	answering_ready(&a);
	answering_tell(&a, TRANSPORT_UDP, BYTES(ASK1 WWW A IN TSIG0));
	ck_assert_uint_gt(a.n_answer, sizeof want - 1);
	ck_assert_mem_eq(a.answer + a.n_answer - (sizeof want - 1), want, sizeof want - 1);
	answering_end(&a);
}
END_TEST

/* Each name by itself. */
START_TEST(chaos_names_are_options)
{
	static const struct view question[CHAOS_NAMES] = {
		[CHAOS_VERSION_BIND] = BYTES(ASK "\7version\4bind\0" TXT CH),
		[CHAOS_VERSION_SERVER] = BYTES(ASK "\7version\6server\0" TXT CH),
		[CHAOS_HOSTNAME_BIND] = BYTES(ASK "\10hostname\4bind\0" TXT CH),
		[CHAOS_ID_SERVER] = BYTES(ASK "\2id\6server\0" TXT CH),
	};
	struct answering a;

	answering_begin(&a);
	for (int i = 0; i < CHAOS_NAMES; i++)
		a.options.chaos[i] = i == _i ? "ns1.example" : NULL;
	answering_ready(&a);
	for (int i = 0; i < CHAOS_NAMES; i++)
		ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, question[i]),
				 i == _i ? "NOERROR qr aa 1/1/0/0" : "REFUSED qr 1/0/0/0");
	answering_tell(&a, TRANSPORT_UDP, question[_i]);
	ck_assert_mem_eq(a.answer + a.n_answer - 12, "\13ns1.example", 12);
	answering_end(&a);
}
END_TEST

START_TEST(everything_is_refused_without_zones)
{
	struct answering a;

	answering_begin(&a);
	answering_ready(&a);
	ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, BYTES(ASK WWW A IN)), "REFUSED qr 1/0/0/0");
	ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, BYTES(ASK "\0" SOA IN)), "REFUSED qr 1/0/0/0");
	answering_end(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("query");
	TCase *t = tcase_create("query");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, requests_get_the_answers_of_the_table, 0, (int)COUNT_OF(tables));
	tcase_add_test(t, letter_case_comes_back_as_it_was);
	tcase_add_test(t, badkey_says_which_key);
	tcase_add_loop_test(t, chaos_names_are_options, 0, CHAOS_NAMES);
	tcase_add_test(t, everything_is_refused_without_zones);
	suite_add_tcase(s, t);
	return run_suite(s);
}
