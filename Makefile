# Edict: two commands matter, `make demo` and `make check`; README.md tells the rest.

CC      ?= gcc
B       ?= build
CFLAGS  ?= -O2 -g
WARN     = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
STD      = -std=c11 -D_GNU_SOURCE -Ilib -I.
HARDEN   = -fstack-protector-strong -fPIE
ALL_CFLAGS = $(STD) $(WARN) $(HARDEN) $(CFLAGS) $(SANITIZE) -MMD -MP
LIBS     = -llmdb -lcrypto -lsodium -lm -lpthread

LIB_SRC    := $(sort $(wildcard lib/*/*.c))
ZONEC_SRC  := $(sort $(wildcard zonec/*.c))
SERVER_SRC := $(sort $(wildcard server/*.c))
TEST_SRC   := $(sort $(wildcard tests/*/test_*.c))
MODEL_SRC  := $(filter-out $(TEST_SRC),$(sort $(wildcard tests/model/*.c tests/help/*.c)))
OBJ         = $(patsubst %.c,$(B)/%.o,$(1))
TESTS      := $(patsubst %.c,$(B)/%,$(TEST_SRC))
PROGRAMS   := $(if $(ZONEC_SRC),$(B)/bin/zonec) $(if $(SERVER_SRC),$(B)/bin/edictd)

all: $(PROGRAMS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/libedict.a: $(call OBJ,$(LIB_SRC))
	@rm -f $@
	ar rcs $@ $^

$(B)/bin/zonec: $(call OBJ,$(ZONEC_SRC)) $(B)/libedict.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/bin/edictd: $(call OBJ,$(SERVER_SRC)) $(B)/libedict.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/libmodel.a: $(call OBJ,$(MODEL_SRC))
	@rm -f $@
	ar rcs $@ $^

# A test program is one file tests/ROOM/test_SUBJECT.c with a main, the naive twin and helpers, and the library.
$(TESTS): $(B)/%: $(B)/%.o $(B)/libmodel.a $(B)/libedict.a
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ -lcheck -lsubunit -lrt $(LIBS)

tests: $(TESTS)

check: all tests
	@for t in $(TESTS); do echo "== $$t"; $$t || exit 1; done

clean:
	rm -rf $(B)

.PHONY: all tests check clean
-include $(patsubst %.c,$(B)/%.d,$(LIB_SRC) $(ZONEC_SRC) $(SERVER_SRC) $(MODEL_SRC) $(TEST_SRC))
