# Edict: two commands matter, `make demo` and `make check`; README.md tells the rest.

ifeq ($(origin CC),default)
CC       = gcc
endif
B       ?= build
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
FUZZ_SECONDS ?= 60
WARN     = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
STD      = -std=c11 -D_GNU_SOURCE -Ilib -I.
HARDEN   = -fstack-protector-strong -fPIE
ALL_CFLAGS = $(STD) $(WARN) $(HARDEN) $(CFLAGS) $(SANITIZE) -MMD -MP
LINK     = $(CC) -pie $(CFLAGS) $(SANITIZE) $(LDFLAGS)
LIBS     = -Wl,--as-needed -llmdb -lcrypto -lsodium -lcyaml -lm -lpthread
CK_LIBS := $(shell pkg-config --libs check 2>/dev/null || echo -lcheck)

LIB_SRC    := $(sort $(wildcard lib/*/*.c))
ZONEC_SRC  := $(sort $(wildcard zonec/*.c))
SERVER_SRC := $(sort $(wildcard server/*.c))
TEST_SRC   := $(sort $(wildcard tests/*/test_*.c))
HELP_SRC   := $(filter-out $(TEST_SRC),$(sort $(wildcard tests/model/*.c tests/help/*.c tests/survive/*.c tests/keys/*.c)))
FUZZ_SRC   := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_SRC  := $(sort $(wildcard tests/bench/bench_*.c))
OBJ         = $(patsubst %.c,$(B)/%.o,$(1))
EXE         = $(patsubst %.c,$(B)/%,$(1))
TESTS      := $(call EXE,$(TEST_SRC))
TEST_SH    := $(sort $(wildcard tests/*/test_*.sh))
PROGRAMS   := $(if $(ZONEC_SRC),$(B)/bin/zonec) $(if $(SERVER_SRC),$(B)/bin/edictd)
AGAIN       = +@$(MAKE) --no-print-directory

all: $(PROGRAMS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/libedict.a: $(call OBJ,$(LIB_SRC))
	@rm -f $@
	ar qcs $@ $^

$(B)/bin/zonec: $(call OBJ,$(ZONEC_SRC)) $(B)/libedict.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)

$(B)/bin/edictd: $(call OBJ,$(SERVER_SRC)) $(B)/libedict.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)

# A test program is one file tests/ROOM/test_SUBJECT.c with a main, the naive twin and helpers, and the library.
$(TESTS): $(B)/%: $(B)/%.o $(call OBJ,$(HELP_SRC)) $(B)/libedict.a
	$(LINK) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(CK_LIBS) $(LIBS)

# Tests of the server have its parts, a client, and the whole program beside them.
SERVER_TESTS := $(filter $(B)/tests/server/%,$(TESTS))
HARNESS_SRC  := $(filter-out $(TEST_SRC),$(sort $(wildcard tests/server/*.c)))
$(SERVER_TESTS): $(call OBJ,$(HARNESS_SRC) $(filter-out server/main.c,$(SERVER_SRC))) | $(B)/bin/edictd $(B)/bin/zonec

# It looks for signatures where zonec does.
$(B)/tests/zonec/test_resign: $(B)/zonec/oldzone.o

$(call EXE,$(FUZZ_SRC)): $(B)/%: $(B)/%.o $(call OBJ,$(HELP_SRC)) $(B)/libedict.a
	$(LINK) -fsanitize=fuzzer -o $@ $^ $(CK_LIBS) $(LIBS)

$(call EXE,$(BENCH_SRC)): $(B)/%: $(B)/%.o $(B)/libedict.a
	$(LINK) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(LIBS)

# It holds server/udp.c itself, to count what its loop costs.
$(B)/tests/bench/bench_udp: $(call OBJ,$(filter-out server/main.c server/udp.c,$(SERVER_SRC)))

# ---- seeing it work ----

demo run: deps
	$(AGAIN) all
	@B=$(B) tests/demo.sh $@

# ---- tests ----

tests: $(TESTS)
fuzzers: $(call EXE,$(FUZZ_SRC))
benches: $(call EXE,$(BENCH_SRC))

check: deps
	$(AGAIN) test

# Runs every test of this build and ends with "N passed, N failed"; `make check`, without looking for packages.
# What takes longest begins first, so that nothing long runs alone at the end.
SLOWEST := $(addprefix $(B)/tests/,answer/test_damage sign/test_sign store/test_build long/test_growth survive/test_survive \
	zonec/test_resign bake/test_change) tests/zonec/test_policy.sh
test: all tests
	@B=$(B) tests/run.sh $(SLOWEST) $(filter-out $(SLOWEST),$(TESTS) $(TEST_SH))

# The endurance proofs in full, about a quarter of an hour, and what they measured; `make check` runs them small.
LONG := $(filter $(B)/tests/long/%,$(TESTS)) $(addprefix $(B)/tests/server/test_,visible killed) $(B)/tests/zonec/test_resign
long: deps
	$(AGAIN) all tests
	@B=$(B) tests/long/run.sh $(LONG)

# In one process, so that leaks are found at its end: check would fork for each test. Warnings are the plain
# builds' business: what a sanitizer adds makes gcc see uninitialised ghosts. A report needs lines, no more.
ASAN = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
asan: export CK_FORK = no
asan: export ASAN_OPTIONS = detect_leaks=1:detect_stack_use_after_return=1:abort_on_error=0
asan: export UBSAN_OPTIONS = print_stacktrace=1
asan:
	$(AGAIN) B=build-asan WARN= CFLAGS="-O1 -g1" SANITIZE="$(ASAN)" test

# TSan's own maps leave no room for a map of 1 TiB.
tsan: export CK_FORK = no
tsan: export EDICT_MAPSIZE = 1G
tsan: export TSAN_OPTIONS = halt_on_error=1:second_deadlock_stack=1
tsan:
	$(AGAIN) B=build-tsan WARN= CFLAGS="-O1 -g" SANITIZE="-fsanitize=thread" test

clang:
	$(AGAIN) B=build-clang CC=clang all tests

COV = B=build-cov WARN= CFLAGS="-O0 -g" SANITIZE="--coverage"
coverage:
	@.ci/deps build coverage
	$(AGAIN) $(COV) all tests
	@tests/coverage.sh begin build-cov
	$(AGAIN) $(COV) test
	@tests/coverage.sh end build-cov

fuzz:
	@.ci/deps build fuzz
	$(AGAIN) B=build-fuzz CC=clang WARN= CFLAGS="-O1 -g" SANITIZE="$(ASAN) -fsanitize=fuzzer-no-link" fuzzers
	@tests/fuzz/run.sh build-fuzz $(FUZZ_SECONDS) $(FUZZ_SRC)

bench:
	@.ci/deps build bench
	$(AGAIN) all benches
	@tests/bench/bench.py $(B)
	@tests/bench/signing.py $(B)

# The same zones in NSD, Knot and BIND, the same questions to all: tests/interop/README.md.
interop interop-short:
	@tests/interop/install.sh
	$(AGAIN) all $(B)/tests/model/test_random
	@tests/interop/all.sh $(if $(findstring short,$@),short,full)

lint:
	@.ci/deps build lint
	@STD="$(STD)" WARN="$(WARN)" tests/lint/lint.sh

format:
	clang-format -i $(wildcard lib/*/*.[ch] server/*.[ch] zonec/*.[ch] tests/*/*.[ch])

# ---- the machine ----

deps:
	@.ci/deps build

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(B)/bin/zonec $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(B)/bin/edictd $(DESTDIR)$(PREFIX)/sbin/
	for m in man/*.[0-9]; do \
		install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/} || exit 1; done

clean:
	rm -rf build build-asan build-tsan build-clang build-cov build-fuzz

.PHONY: all demo run tests fuzzers benches check test long asan tsan clang coverage fuzz bench interop interop-short lint format deps install clean
.DELETE_ON_ERROR:
-include $(patsubst %.c,$(B)/%.d,$(LIB_SRC) $(ZONEC_SRC) $(SERVER_SRC) $(HELP_SRC) $(HARNESS_SRC) $(TEST_SRC) $(FUZZ_SRC) $(BENCH_SRC))
