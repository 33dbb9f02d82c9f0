# m365restore: build, try, prove. `make help` lists what there is.

LUA_VERSION = 5.4
LUA         = lua5.4
BUSTED      = busted --lua=$(LUA)
CC          = gcc
PREFIX      = /usr/local
LUADIR      = $(PREFIX)/share/lua/$(LUA_VERSION)
LIBDIR      = $(PREFIX)/lib/lua/$(LUA_VERSION)

CPPFLAGS = -D_GNU_SOURCE $(shell pkg-config --cflags lua5.4 2>/dev/null)
WARNINGS = -Wall -Wextra -Wpedantic
CFLAGS   = -O2 -g
SHARED   = -std=c99 -fPIC $(WARNINGS)

# where the modules go; the sanitized build has a folder of its own
BUILD = build
OBJ   = $(BUILD)/obj

# a module and the libraries it links, a line each
MODULES = core system crypto simulator/host
CORE    = advice await buffer call catalogue client contract core engine event \
          exchange failure instance json link log mend method options pager \
          plain proxy pulse redact refusal renewal request resource retry \
          tenant text token transfer
core_SOURCES           = $(CORE:%=src/%.c)
core_LIBS              = -lcurl -lm
system_SOURCES         = $(wildcard src/system*.c) $(addprefix src/,fault.c advice.c plain.c text.c pulse.c buffer.c)
crypto_SOURCES         = $(wildcard src/crypto*.c) $(addprefix src/,fault.c advice.c plain.c text.c)
crypto_LIBS            = -lcrypto
simulator/host_SOURCES = $(wildcard simulator/src/*.c)
simulator/host_LIBS    = -lmicrohttpd -lpthread

SO = $(MODULES:%=$(BUILD)/m365restore/%.so)

# what Debian calls what is needed: to build and to try, to prove, to measure
BUILD_PACKAGES = gcc libc6-dev make pkg-config lua5.4 liblua5.4-dev lua-cjson \
                 ca-certificates \
                 libcurl4-openssl-dev libssl-dev libmicrohttpd-dev lua-dkjson
TEST_PACKAGES  = locales lua-busted lua-check lua-socket lua-luv lua-cqueues luarocks \
                 openssl procps python3-jsonschema python3-yaml
BENCH_PACKAGES = nginx-light

# the project's own modules first, then what is installed
export LUA_PATH  = ./?.lua;lua/?.lua;lua/?/init.lua;simulator/lua/?.lua;simulator/lua/?/init.lua;;
export LUA_CPATH = $(BUILD)/?.so;;
# for the specs: which modules, which interpreter, which flags of the compiler
export BUILD LUA
export SPEC_CFLAGS

# a build of its own for whoever builds inside a rule
JOBS    = $(shell nproc 2>/dev/null || echo 1)
INSIDE  = $(MAKE) --no-print-directory -j$(JOBS)

.PHONY: all help deps demo oidc test test-full lint lint-lua lint-c lint-gcc \
        lint-clang spec asan bench install install-simulator \
        docs operations folding code-pages composition clean sources
.SECONDEXPANSION:

all: $(SO)

help:
	@echo 'make demo      a restore of 25 sites against the simulator'
	@echo 'make test      everything: lint, specs, specs under ASan and UBSan'
	@echo 'make test-full the same, with the large matrices whole'
	@echo 'make           builds the modules into $(BUILD)'
	@echo 'make lint      luacheck, the C conventions, compiler warnings'
	@echo 'make spec      the specs; SPEC=spec/x_spec.lua runs one'
	@echo 'make asan      the specs under ASan and UBSan'
	@echo 'make bench     figures beside plain C programs'
	@echo 'make docs      the reference as HTML, if ldoc is there'
	@echo 'make install   into PREFIX ($(PREFIX)); make install-simulator'
	@echo 'make clean     removes what was built'
	@echo 'demo, test and bench first install the Debian packages that are missing'

# ====== Try

deps:
	@tools/deps $(BUILD_PACKAGES) $(PACKAGES)

demo: deps
	@$(INSIDE) -s all
	@$(LUA) examples/demo.lua

# the page of all operations, out of the contract table
operations: all
	@$(LUA) tools/operations.lua > docs/operations.md

# the table of case folding, out of Unicode's (Debian: unicode-data)
folding:
	@$(LUA) tools/case_folding.lua

# the tables of code pages, out of iconv's
code-pages:
	@$(LUA) tools/code_pages.lua

# the table of letters and marks, out of Unicode's (Debian: unicode-data)
composition:
	@$(LUA) tools/composition.lua

# ====== Prove

# what a later make has to know is known only when the packages are there
test:
	@$(MAKE) --no-print-directory deps PACKAGES='$(TEST_PACKAGES)'
	-@$(MAKE) --no-print-directory oidc
	@tools/test

test-full:
	@M365RESTORE_FULL=1 $(MAKE) --no-print-directory test

# an identity provider that nobody here wrote; without Node.js its specs are pending
oidc:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory spec/support/oidc/node_modules; fi

spec/support/oidc/node_modules: spec/support/oidc/package-lock.json
	@npm ci --prefix $(@D) --omit=dev --no-audit --no-fund --prefer-offline --fetch-retries=0 \
	  --loglevel=error
	@touch $@

SPEC = spec

spec:
	@$(INSIDE) all
	@$(BUSTED) $(SPEC_OPTIONS) $(SPEC)

SANITIZE  = -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZED = BUILD=build/asan LDFLAGS='$(SANITIZE)' \
            CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITIZE)'

asan: export ASAN_OPTIONS = detect_leaks=1
asan: export UBSAN_OPTIONS = print_stacktrace=1
asan: export LSAN_OPTIONS = print_suppressions=0:suppressions=$(CURDIR)/spec/support/lsan.supp
asan:
	@$(INSIDE) $(SANITIZED) build/asan/lua
	@$(MAKE) --no-print-directory $(SANITIZED) spec LUA=$(CURDIR)/build/asan/lua \
	  SPEC_CFLAGS='$(SANITIZE)' SPEC_OPTIONS=--exclude-tags=packaging

# the modules find Lua in the interpreter, as in the distribution's
$(BUILD)/lua: spec/support/lua.c
	@mkdir -p $(@D)
	$(CC) -std=c99 $(WARNINGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -Wl,-E -o $@ $< -l:liblua5.4.a -lm -ldl

C_SOURCES = $(sort $(foreach m,$(MODULES),$($(m)_SOURCES)))
C_FILES   = $(wildcard src/*.[ch] simulator/src/*.[ch] spec/support/*.[ch] \
              bench/reference/*.[ch] examples/embed/*.c)

lint: lint-lua lint-c lint-gcc
	@if command -v clang >/dev/null; then $(MAKE) --no-print-directory lint-clang; fi

lint-lua:
	@luacheck -q .

lint-c:
	@tools/lint-c $(C_FILES)

STRICT = -Werror -Wstrict-prototypes -Wold-style-definition

# a warning ends it; and what is not static is declared in a header, or is what Lua calls
lint-gcc:
	@printf '%s\n' $(C_SOURCES) | xargs -P $(JOBS) -n 1 $(CC) $(SHARED) $(CPPFLAGS) -O2 $(STRICT) -S -o /dev/null
	@! $(CC) $(SHARED) $(CPPFLAGS) -fsyntax-only -Wmissing-prototypes $(C_SOURCES) 2>&1 | grep warning: | grep -v luaopen_

lint-clang:
	@printf '%s\n' $(C_SOURCES) | xargs -P $(JOBS) -n 1 clang $(SHARED) $(CPPFLAGS) $(STRICT) -fsyntax-only

bench:
	@$(MAKE) --no-print-directory deps PACKAGES='$(BENCH_PACKAGES)'
	@$(INSIDE) -s all
	@$(MAKE) --no-print-directory -C bench

# ====== Use

# from a folder: $(call copy-lua,folder)
copy-lua = cd $(1) && find . -name '*.lua' -exec install -Dm644 {} $(DESTDIR)$(LUADIR)/{} \;
copy-modules = for m in $(1); do \
    install -Dm755 $(BUILD)/m365restore/$$m.so $(DESTDIR)$(LIBDIR)/m365restore/$$m.so || exit 1; \
  done

install: all
	$(call copy-lua,lua)
	$(call copy-modules,$(filter-out simulator/%,$(MODULES)))

install-simulator: all
	$(call copy-lua,simulator/lua)
	$(call copy-modules,$(filter simulator/%,$(MODULES)))
	install -Dm755 simulator/bin/m365restore-simulator $(DESTDIR)$(PREFIX)/bin/m365restore-simulator

docs:
	@if command -v ldoc >/dev/null; then ldoc -q .; \
	else echo 'ldoc is not there (Debian: lua-ldoc); docs/ reads well without it'; fi

clean:
	rm -rf build luarocks_tree m365restore src/*.o
	$(RM) -r simulator/m365restore simulator/src/*.o

# for the spec that holds the rockspecs against this file: make sources MODULE=core
sources:
	@echo $($(MODULE)_SOURCES)

# ====== Build

objects = $(patsubst %.c,$(OBJ)/%.o,$($(1)_SOURCES))

$(BUILD)/m365restore/%.so: $$(call objects,$$*)
	@mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) -o $@ $^ $($*_LIBS)

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SHARED) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# objects are kept: they are what the next build compares with
.SECONDARY:

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
