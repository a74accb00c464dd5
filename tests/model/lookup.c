#include "tests/model/lookup.h"

#include "dns/name.h"

const struct node *look_node(const struct zone *z, const struct name *n)
{
	for (size_t i = 0; i < z->n_nodes; i++) {
		struct name owner;

		node_name(z->node[i], &owner);
		if (name_eq(&owner, n))
			return z->node[i];
	}
	return NULL;
}

const struct rrset *look_rrset(const struct zone *z, const struct name *n, uint16_t type)
{
	const struct node *node = look_node(z, n);

	if (node == NULL || type == RR_NSEC3)
		return NULL;
	for (const struct rrset *s = node->rrsets; s != NULL; s = s->next)
		if (s->type == type && s->n > 0)
			return s;
	return NULL;
}

static bool has_records(const struct node *node)
{
	for (const struct rrset *s = node->rrsets; s != NULL; s = s->next)
		if (s->type != RR_NSEC3 && s->n + s->n_sig > 0)
			return true;
	return false;
}

bool look_exists(const struct zone *z, const struct name *n)
{
	for (size_t i = 0; i < z->n_nodes; i++) {
		struct name owner;

		node_name(z->node[i], &owner);
		if (name_within(&owner, n) && has_records(z->node[i]))
			return true;
	}
	return false;
}

bool look_signed(const struct zone *z)
{
	const struct rrset *soa = look_rrset(z, &z->apex, RR_SOA);

	return soa != NULL && soa->n_sig > 0;
}

bool look_cut(const struct zone *z, const struct name *n)
{
	unsigned depth = name_labels(n) - name_labels(&z->apex);

	for (unsigned above = depth; above-- > 0;) {
		struct name at = name_strip(n, above);

		if (look_rrset(z, &at, RR_NS) != NULL)
			return above == 0 && !look_below_dname(z, n);
	}
	return false;
}

bool look_below_dname(const struct zone *z, const struct name *n)
{
	unsigned depth = name_labels(n) - name_labels(&z->apex);

	for (unsigned above = 1; above <= depth; above++) {
		struct name at = name_strip(n, above);

		if (look_rrset(z, &at, RR_DNAME) != NULL)
			return true;
	}
	return false;
}

bool look_glue(const struct zone *z, const struct name *n)
{
	unsigned depth = name_labels(n) - name_labels(&z->apex);

	for (unsigned above = 0; above < depth; above++) {
		struct name at = name_strip(n, above);

		if (look_rrset(z, &at, RR_NS) != NULL)
			return true;
	}
	return false;
}
