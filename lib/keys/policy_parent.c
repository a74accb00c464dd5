/* Where a server of the parent answers, to and from text. */
#include <stdio.h>

#include "dns/field.h"
#include "keys/policy.h"

enum { PORT_DNS = 53, PORT_DIGITS = 5 };

static bool port_parse(const char *text, size_t n, uint16_t *out)
{
	uint64_t port;

	if (n > PORT_DIGITS || !text_number(text, n, &port) || port == 0 || port > UINT16_MAX)
		return false;
	*out = (uint16_t)port;
	return true;
}

bool parent_parse(const char *text, size_t n, struct policy_parent *out)
{
	const char *at = memchr(text, '@', n);
	size_t host = at != NULL ? (size_t)(at - text) : n;

	*out = (struct policy_parent){ .port = PORT_DNS };
	out->len = memchr(text, ':', host) != NULL ? 16 : 4;
	if (at != NULL && !port_parse(at + 1, n - host - 1, &out->port))
		return false;
	return out->len == 16 ? text_ip6(text, host, out->ip) : text_ip4(text, host, out->ip);
}

void parent_print(const struct policy_parent *parent, char out[PARENT_TEXT])
{
	struct wr w = wr_of(out, PARENT_TEXT - 1);

	if (parent->len == 16)
		put_ip6(&w, parent->ip);
	else
		put_ip4(&w, parent->ip);
	if (parent->port != PORT_DNS)
		w.len += (size_t)snprintf(out + w.len, PARENT_TEXT - w.len, "@%u", parent->port);
	out[w.len] = 0;
}
