#include "server/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { HEADER_OCTETS = 12, LENGTH_OCTETS = 2 };

static void rest_free(struct rest *r, struct desk *d)
{
	d->rests -= r->cap;
	free(r->p);
	*r = (struct rest){ 0 };
}

/* rest_keep makes r hold v (which may lie in r itself), with room for `cap` octets, or nothing if v is empty. */
static bool rest_keep(struct rest *r, struct view v, size_t cap, struct desk *d)
{
	struct rest fresh = { NULL, 0, (uint32_t)v.n, (uint32_t)cap };

	if (v.n != 0) {
		if (d->rests - r->cap + cap > DESK_RESTS_MAX)
			return false;
		fresh.p = malloc(cap);
		if (fresh.p == NULL)
			return false;
		memcpy(fresh.p, v.p, v.n);
		d->rests += cap;
	}
	rest_free(r, d);
	if (v.n != 0)
		*r = fresh;
	return true;
}

void conn_drop(struct conn *c, struct desk *d)
{
	rest_free(&c->in, d);
	rest_free(&c->out, d);
}

/* first_length gives the octets of the first message with its length, as far as they tell. */
static size_t first_length(struct view v)
{
	return v.n < LENGTH_OCTETS ? LENGTH_OCTETS : LENGTH_OCTETS + (size_t)get_u16(v.p);
}

static bool has_whole(struct view v)
{
	return v.n >= LENGTH_OCTETS && v.n >= first_length(v);
}

/* send_some gives the octets that the socket took, -1 if the connection is broken. */
static ssize_t send_some(int fd, const uint8_t *p, size_t n)
{
	ssize_t sent = n != 0 ? send(fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

	if (sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
		return 0;
	return sent;
}

/* flush sends what is kept. CONN_WANTS_READ: all is sent. */
static enum conn_wants flush(struct conn *c, struct desk *d)
{
	ssize_t sent;

	if (c->out.p == NULL)
		return CONN_WANTS_READ;
	sent = send_some(c->fd, c->out.p + c->out.at, c->out.n - c->out.at);
	if (sent < 0)
		return CONN_WANTS_CLOSE;
	c->stirred |= sent > 0;
	c->out.at += (uint32_t)sent;
	if (c->out.at < c->out.n)
		return CONN_WANTS_WRITE;
	rest_free(&c->out, d);
	return CONN_WANTS_READ;
}

/* answer_one appends the answer to one request; false ends the connection. */
static bool answer_one(struct desk *d, const struct snapshot *s, struct view request, struct wr *out)
{
	struct wr message = wr_of(out->p + out->len + LENGTH_OCTETS, CONN_MESSAGE_MAX - LENGTH_OCTETS);

	if (request.n < HEADER_OCTETS)
		return false; /* not DNS: whatever follows is not either */
	if (query_answer(d->worker->answerer, s, TRANSPORT_TCP, request, &message) == SEND) {
		wr_u16(out, (uint16_t)message.len);
		out->len += message.len;
	}
	return true;
}

/* answer_all answers whole requests of v while any answer would fit the desk. Gives the octets used up, or
 * false if the client does not speak DNS. */
static bool answer_all(struct desk *d, struct view v, struct wr *out, size_t *used)
{
	const struct snapshot *s = worker_begin(d->worker);
	bool sane = true;

	*used = 0;
	while (sane && out->cap - out->len >= CONN_MESSAGE_MAX) {
		struct view left = { v.p + *used, v.n - *used };

		if (!has_whole(left))
			break;
		sane = answer_one(d, s, view_of(left.p + LENGTH_OCTETS, first_length(left) - LENGTH_OCTETS), out);
		*used += first_length(left);
	}
	worker_end(d->worker);
	return sane;
}

/* receive reads once: into the kept rest up to the end of its first message, else to the desk. False: the
 * client is gone. An empty view: nothing came. */
static bool receive(struct conn *c, struct desk *d, struct view *out)
{
	bool kept = c->in.p != NULL;
	uint8_t *to = kept ? c->in.p + c->in.n : d->in;
	size_t room = kept ? c->in.cap - c->in.n : sizeof d->in;
	ssize_t n = recv(c->fd, to, room, MSG_DONTWAIT);

	*out = (struct view){ d->in, 0 };
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return false;
	if (n < 0)
		return true;
	if (kept)
		c->in.n += (uint32_t)n;
	*out = kept ? (struct view){ c->in.p, c->in.n } : (struct view){ d->in, (size_t)n };
	return true;
}

/* keep stores both rests and says what to wait for. A whole request that is left waits for room to send:
 * nothing more need come for it to be answered. */
static enum conn_wants keep(struct conn *c, struct desk *d, struct view in, struct view out)
{
	const size_t need = first_length(in);
	const bool waits_to_send = out.n != 0 || has_whole(in); /* asked before the bytes move */

	if (!rest_keep(&c->in, in, need > in.n ? need : in.n, d) || !rest_keep(&c->out, out, out.n, d))
		return CONN_WANTS_MEMORY;
	return waits_to_send ? CONN_WANTS_WRITE : CONN_WANTS_READ;
}

static enum conn_wants answer(struct conn *c, struct desk *d, struct view in)
{
	struct wr out = wr_of(d->out, sizeof d->out);
	size_t used;
	bool sane = answer_all(d, in, &out, &used);
	ssize_t sent = send_some(c->fd, out.p, out.len);

	if (!sane || sent < 0)
		return CONN_WANTS_CLOSE;
	c->stirred |= out.len != 0;
	return keep(c, d, view_of(in.p + used, in.n - used), view_of(out.p + sent, out.len - (size_t)sent));
}

enum conn_wants conn_serve(struct conn *c, struct desk *d)
{
	struct view in = { c->in.p, c->in.n };
	enum conn_wants e = flush(c, d);

	if (e != CONN_WANTS_READ)
		return e;
	if (!has_whole(in) && !receive(c, d, &in))
		return CONN_WANTS_CLOSE;
	if (!has_whole(in) && c->in.n < c->in.cap)
		return CONN_WANTS_READ; /* still not all of it; the rest stays where it is */
	return in.n != 0 ? answer(c, d, in) : CONN_WANTS_READ;
}
