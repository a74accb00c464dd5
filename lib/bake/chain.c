#include "bake/chain.h"

static const struct rrset *set_in(const struct rrset *list, uint16_t type)
{
	while (list != NULL && list->type != type)
		list = list->next;
	return list;
}

static size_t owner_len(const struct name *apex)
{
	return 1 + NSEC3_TEXT_LEN + (size_t)apex->len;
}

void chain_find(const struct name *apex, const struct rrset *sets, struct chain *out)
{
	const struct rrset *params = set_in(sets, RR_NSEC3PARAM);

	*out = (struct chain){ .owner_len = owner_len(apex) };
	for (size_t i = 0; params != NULL && i < params->n; i++) {
		struct rd r = rd_of(rdata_view(&params->rdata[i]));
		nsec3_params_read(&r, &out->nsec3);
		if (r.bad || out->nsec3.flags != 0 || out->nsec3.algorithm != NSEC3_ALG_SHA1)
			continue;
		out->kind = DENIAL_NSEC3;
		return;
	}
	out->nsec3 = (struct nsec3_params){ 0 };
	out->kind = DENIAL_NSEC;
	if (!chain_nsec(out, sets))
		out->kind = DENIAL_NONE;
}

void chain_of(const struct name *apex, const struct zonepart *part, struct chain *out)
{
	*out = (struct chain){
		.kind = part->denial == DENIAL_NSEC3  ? DENIAL_NSEC3
			: part->denial == DENIAL_NSEC ? DENIAL_NSEC
						      : DENIAL_NONE,
		.nsec3 = { NSEC3_ALG_SHA1, 0, part->iterations, part->salt },
		.owner_len = owner_len(apex),
	};
}

bool chain_same(const struct chain *a, const struct chain *b)
{
	return a->kind == b->kind && (a->kind != DENIAL_NSEC3 || nsec3_same(&a->nsec3, &b->nsec3));
}

const struct rrset *chain_nsec3(const struct chain *c, const struct name *owner, const struct rrset *sets,
				uint8_t hash[NSEC3_HASH_LEN], uint8_t *flags)
{
	const struct rrset *s = c->kind == DENIAL_NSEC3 ? set_in(sets, RR_NSEC3) : NULL;

	if (owner->len != c->owner_len)
		return NULL;
	for (size_t i = 0; s != NULL && i < s->n; i++) {
		struct nsec3_params its;
		struct rd r = rd_of(rdata_view(&s->rdata[i]));
		nsec3_params_read(&r, &its);
		*flags = its.flags;
		if (!r.bad && nsec3_same(&its, &c->nsec3))
			return nsec3_of_label(view_of(owner->wire + 1, owner->wire[0]), hash) ? s : NULL;
	}
	return NULL;
}

bool chain_nsec(const struct chain *c, const struct rrset *sets)
{
	const struct rrset *s = c->kind == DENIAL_NSEC ? set_in(sets, RR_NSEC) : NULL;

	return s != NULL && s->n != 0;
}

bool chain_owner(const struct name *apex, const uint8_t hash[NSEC3_HASH_LEN], struct name *out)
{
	char label[NSEC3_TEXT_LEN];

	nsec3_text(hash, label);
	return name_push(view_of(label, sizeof label), apex, out);
}

bool only_nsec3(const struct rrset *sets)
{
	return sets != NULL && sets->next == NULL && sets->type == RR_NSEC3;
}

enum err chain_entry_nsec3(const struct bake_zone *z, const struct name *owner, const struct rrset *nsec3,
			   const uint8_t hash[NSEC3_HASH_LEN], struct arena *a, struct run_entry *out)
{
	const struct mark before = arena_mark(a);
	struct name lower = *owner; /* as all owners of nodes are, whoever wrote it how */
	struct frag_ask ask = { nsec3, RR_NSEC3, UINT32_MAX, &z->apex, NULL, NULL, z->key, &lower };
	uint8_t payload[PIECE_MAX];
	struct frag_parts f;

	name_lower(&lower);
	enum err e = frag_make(&ask, a, &f);
	if (e != OK)
		return e;
	const size_t size = FRAG_HEAD + frag_body_size(&f);
	if (size >= PIECE_MAX)
		return ERR_SPACE;
	frag_write_head(&f, payload, FRAG_HEAD);
	frag_write_body(&f, payload + FRAG_HEAD);
	arena_release(a, before); /* the fragment, of which this is all that is needed */
	out->key = view_of(arena_copy(a, hash, NSEC3_HASH_LEN), NSEC3_HASH_LEN);
	out->payload = view_of(arena_copy(a, payload, size), size);
	return OK;
}

void chain_entry_nsec(const struct bake_zone *z, const struct name *owner, struct arena *a, struct run_entry *out)
{
	uint8_t key[NAME_KEY_MAX], apex[NAME_KEY_MAX], *payload = arena_pack(a, 8);
	size_t skip = name_key(&z->apex, apex), n = name_key(owner, key);

	put_le64(payload, name_hash(z->key, owner));
	out->key = view_of(arena_copy(a, key + skip, n - skip), n - skip);
	out->payload = view_of(payload, 8);
}
