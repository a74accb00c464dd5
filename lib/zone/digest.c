#include "zone/digest.h"

#include "sec/zonemd.h"

/* A node on its way into the digest. */
struct feed {
	struct zonemd *d;
	struct name owner;
	bool apex;
};

static bool left_out(const struct feed *f, const struct rrset *s)
{
	return f->apex && s->type == RR_ZONEMD; /* and the RRSIGs over it (RFC 8976 3.3.1) */
}

/* A node's RRSIGs are an RRset of type RRSIG: ordered by RDATA, and so by the type they cover, as the node's
 * RRsets are. */
static void add_signatures(const struct feed *f, const struct node *n)
{
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		for (uint32_t i = 0; i < s->n_sig && !left_out(f, s); i++)
			zonemd_add(f->d, &f->owner, RR_RRSIG, s->sig_ttl, rdata_view(&s->sig[i]));
}

static void add_node(const struct feed *f, const struct node *n)
{
	bool signatures = false;

	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next) {
		if (s->type > RR_RRSIG && !signatures) {
			add_signatures(f, n);
			signatures = true;
		}
		for (uint32_t i = 0; i < s->n && !left_out(f, s); i++)
			zonemd_add(f->d, &f->owner, s->type, s->ttl, rdata_view(&s->rdata[i]));
	}
	if (!signatures)
		add_signatures(f, n);
}

size_t zone_digest(const struct zone *z, uint8_t hash, uint8_t *out)
{
	const struct node *apex = zone_find(z, &z->apex);
	struct feed f = { .d = zonemd_new(hash) };

	if (f.d == NULL)
		return 0;
	for (size_t i = 0; i < z->n_nodes; i++) {
		zone_ahead(z, i);
		node_name(z->node[i], &f.owner);
		f.apex = z->node[i] == apex;
		add_node(&f, z->node[i]);
	}
	return zonemd_end(f.d, out);
}
