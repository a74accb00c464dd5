#include "zonec/places.h"

#include <stdlib.h>

#include "base/arena.h"

static void new_stretch(struct places *p, const char *file, uint32_t line)
{
	size_t n = strlen(file) + 1, cap = 0;

	p->stretch = grow_array(p->stretch, &p->cap, p->n + 1, sizeof *p->stretch);
	p->number++;
	p->stretch[p->n] = (struct place){ p->number, line, grow_array(NULL, &cap, n, 1) };
	memcpy(p->stretch[p->n++].file, file, n);
	p->file = file;
}

uint32_t places_number(struct places *p, const char *file, uint32_t line)
{
	const bool same = p->n > 0 && p->file == file && line >= p->line;
	const uint32_t step = same ? line - p->line : 1;

	if (step > UINT32_MAX - p->number || line == 0)
		return 0;
	if (same)
		p->number += step;
	else
		new_stretch(p, file, line);
	p->line = line;
	return p->number;
}

const struct place *places_find(const struct places *p, uint32_t number)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (p->stretch[mid].number <= number)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && number <= p->number ? &p->stretch[low - 1] : NULL;
}

void places_free(struct places *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->stretch[i].file);
	free(p->stretch);
	*p = (struct places){ 0 };
}
