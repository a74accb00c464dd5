#include "server/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct passwd *wanted_user(const struct options *o)
{
	const struct passwd *p;

	if (o->user != NULL)
		return getpwnam(o->user);
	p = getpwnam("edict");
	return p != NULL ? p : getpwnam("nobody");
}

static bool give_up_root(const struct passwd *p)
{
	return setgroups(0, NULL) == 0 && setresgid(p->pw_gid, p->pw_gid, p->pw_gid) == 0 &&
	       setresuid(p->pw_uid, p->pw_uid, p->pw_uid) == 0;
}

/* No program that this process may start has more rights than it has. */
static bool stay_low(char why[256])
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		return true;
	snprintf(why, 256, "cannot set PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
	return false;
}

bool user_become(const struct options *o, char why[256])
{
	const struct passwd *p = wanted_user(o);
	const bool root = geteuid() == 0;

	if (p == NULL && (root || o->user != NULL)) {
		snprintf(why, 256, "there is no user %s; make one (useradd -r edict) or say -u NAME",
			 o->user != NULL ? o->user : "edict or nobody");
		return false;
	}
	if (p != NULL && root) {
		if (!give_up_root(p)) {
			snprintf(why, 256, "cannot become user %s: %s", p->pw_name, strerror(errno));
			return false;
		}
	} else if (p != NULL && o->user != NULL && p->pw_uid != geteuid()) {
		snprintf(why, 256, "only root can become user %s; start as root or leave out -u", o->user);
		return false;
	}
	return stay_low(why);
}

static bool may_write(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	return st.st_uid == geteuid() || faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

bool user_harmless(const struct options *o, bool was_root, char why[256])
{
	static const char *const files[] = { ".", "data.mdb", "lock.mdb" };

	if (!was_root || o->user != NULL)
		return true;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		if (!may_write(files[i]))
			continue;
		snprintf(why, 256,
			 "%.120s/%s can be written by user %u, who answers the Internet; "
			 "change its owner or mode, or name the user (-u) to allow it",
			 o->database, files[i], (unsigned)geteuid());
		return false;
	}
	return true;
}
