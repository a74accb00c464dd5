/*
 * version.h -- the version of the programs, as they and `version.bind` tell it.
 *
 * Knows: nothing.   Must not know: who asks.
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define EDICT_VERSION "0.1"

#endif
