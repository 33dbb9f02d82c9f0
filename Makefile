# m365restore: build, try, prove. `make help` lists what there is.

comma   = ,
# the folders of a library that is elsewhere, as flags: $(call include,CURL), $(call library,CURL); the second tells the
# loader, too, where it would not look there by itself
include = $(if $($(1)_INCDIR),-I"$($(1)_INCDIR)")
library = $(if $($(1)_LIBDIR),-L"$($(1)_LIBDIR)" \
          $(if $(filter /usr/lib% /lib%,$($(1)_LIBDIR)),,-Wl$(comma)-rpath$(comma)"$($(1)_LIBDIR)"))

# Which Lua: LUA names the interpreter, LUA_DIR a Lua that was installed by itself (bin/lua, include, lib/liblua.a).
# Without LUA_DIR and LUA_INCDIR, pkg-config is asked for the headers.
LUA         = $(if $(LUA_DIR),$(LUA_DIR)/bin/lua,lua5.4)
LUA_INCDIR  = $(if $(LUA_DIR),$(LUA_DIR)/include)
LUA_VERSION := $(or $(shell "$(LUA)" -e 'print((_VERSION:match "%d.%d"))' 2>/dev/null),5.4)
LUA_CFLAGS  := $(or $(call include,LUA),$(shell pkg-config --cflags lua$(LUA_VERSION) 2>/dev/null))
# for programs that have a Lua inside: the library; the archive
LUA_LIBS    := $(if $(LUA_DIR),"$(LUA_DIR)/lib/liblua.a" -Wl$(comma)-E -lm -ldl,\
                $(shell pkg-config --libs lua$(LUA_VERSION) 2>/dev/null))
LUA_ARCHIVE  = $(if $(LUA_DIR),"$(LUA_DIR)/lib/liblua.a",-l:liblua$(LUA_VERSION).a)
CC           = gcc

PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
LUADIR = $(PREFIX)/share/lua/$(LUA_VERSION)
LIBDIR = $(PREFIX)/lib/lua/$(LUA_VERSION)
DOCDIR = $(PREFIX)/share/doc/m365restore

# yours; and the folders of libraries, as one (CURL_DIR) or two
CPPFLAGS =
CFLAGS   = -O2 -g
LDFLAGS  =
CURL_INCDIR       = $(if $(CURL_DIR),$(CURL_DIR)/include)
CURL_LIBDIR       = $(if $(CURL_DIR),$(CURL_DIR)/lib)
CRYPTO_INCDIR     = $(if $(CRYPTO_DIR),$(CRYPTO_DIR)/include)
CRYPTO_LIBDIR     = $(if $(CRYPTO_DIR),$(CRYPTO_DIR)/lib)
MICROHTTPD_INCDIR = $(if $(MICROHTTPD_DIR),$(MICROHTTPD_DIR)/include)
MICROHTTPD_LIBDIR = $(if $(MICROHTTPD_DIR),$(MICROHTTPD_DIR)/lib)

# ours: only what is declared M365_EXPORT can be seen from outside
STD      = -std=c99
WARNINGS = -Wall -Wextra -Wpedantic
SHARED   = $(STD) -fPIC -fvisibility=hidden $(WARNINGS)
DEFINES  = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -iquote src \
           $(foreach l,CURL CRYPTO MICROHTTPD,$(call include,$(l))) $(LUA_CFLAGS)
# against the misuse of memory errors; the second needs a compiler that optimizes
PROTECT  = -fstack-protector-strong
FORTIFY  = $(if $(filter -O -O1 -O2 -O3 -Os,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
READONLY = -Wl,-z,relro,-z,now

# where the modules go; the sanitized build has a folder of its own
BUILD = build
OBJ   = $(BUILD)/obj

# a module and the libraries it links, a line each
MODULES = core system crypto simulator/host
# the floors of the core, from the bottom up; then the failures of the two that stand alone
CORE    = base http graph bridge client
MODULE_SOURCES   = src/bridge/module.c src/bridge/printable.c src/graph/catalogue.c src/graph/advice.c \
                   src/base/text.c
core_SOURCES           = $(filter-out src/bridge/module.c,$(wildcard $(CORE:%=src/%/*.c)))
core_LIBS              = $(call library,CURL) -lcurl -lm
system_SOURCES         = $(wildcard src/system/*.c) $(MODULE_SOURCES) src/bridge/hooks.c src/base/buffer.c
crypto_SOURCES         = $(wildcard src/crypto/*.c) $(MODULE_SOURCES)
crypto_LIBS            = $(call library,CRYPTO) -lcrypto
simulator/host_SOURCES = $(wildcard simulator/src/*.c) src/base/buffer.c
simulator/host_LIBS    = $(call library,MICROHTTPD) -lmicrohttpd -lpthread

SO           = $(MODULES:%=$(BUILD)/m365restore/%.so)
SIMULATOR_SO = $(filter %/simulator/host.so,$(SO))
LIBRARY_SO   = $(filter-out $(SIMULATOR_SO),$(SO))

# of the release; the version's one place is src/base/version.h
VERSION := $(shell sed -n 's/^.define M365_VERSION "\(.*\)"/\1/p' src/base/version.h)
ROCKS    = m365restore m365restore-simulator
RELEASED = $(ROCKS:%=%-$(VERSION)-1.rockspec)

# what Debian calls what is needed: to build and to try, to prove, to measure
BUILD_PACKAGES = gcc libc6-dev make pkg-config lua5.4 liblua5.4-dev lua-cjson \
                 ca-certificates \
                 libcurl4-openssl-dev libssl-dev libmicrohttpd-dev lua-dkjson
TEST_PACKAGES  = locales lua-busted lua-check lua-socket lua-luv lua-cqueues luarocks \
                 clang-format openssl procps python3-jsonschema python3-yaml
BENCH_PACKAGES = nginx-light

# the project's own modules first, then what is installed
export LUA_PATH  = ./?.lua;lua/?.lua;lua/?/init.lua;simulator/lua/?.lua;simulator/lua/?/init.lua;;
export LUA_CPATH = $(BUILD)/?.so;;
# for the specs: which modules, which interpreter, which flags of the compiler
export BUILD LUA LUA_VERSION LUA_CFLAGS LUA_LIBS CC
export SPEC_CFLAGS JOBS

# a build of its own for whoever builds inside a rule
JOBS    = $(shell nproc 2>/dev/null || echo 1)
INSIDE  = $(MAKE) --no-print-directory -j$(JOBS)

.PHONY: all help deps demo oidc test test-full lint lint-files lint-lua lint-c \
        lint-gcc lint-clang spec asan bench modules simulator install \
        install-modules install-simulator install-docs uninstall dist \
        rockspecs matrix docs operations folding code-pages composition clean sources
.SECONDEXPANSION:

all: $(SO)

modules: $(LIBRARY_SO)

simulator: $(SIMULATOR_SO)

help:
	@echo 'make demo      a restore of 25 sites against the simulator'
	@echo 'make test      everything: lint, specs, specs under ASan and UBSan'
	@echo 'make test-full the same, with the large matrices whole'
	@echo 'make           builds the modules into $(BUILD)'
	@echo 'make lint      .editorconfig, luacheck, the C conventions, compiler warnings'
	@echo 'make spec      the specs; SPEC=spec/x_spec.lua runs one'
	@echo 'make asan      the specs under ASan and UBSan'
	@echo 'make bench     figures beside plain C programs'
	@echo 'make docs      the reference as HTML, if ldoc is there'
	@echo 'make matrix    builds for other versions, compilers and machines, as far as they are there'
	@echo 'make install   into PREFIX ($(PREFIX)); make install-simulator; make uninstall'
	@echo 'make dist      the release and its rocks, into $(DIST)'
	@echo 'make clean     removes what was built'
	@echo 'demo, test and bench first install the Debian packages that are missing'

# ====== Try

deps:
	@tools/deps $(BUILD_PACKAGES) $(PACKAGES)

demo: deps
	@$(INSIDE) -s all
	@$(LUA) examples/demo.lua

# the pages of all operations and of the cmdlets, and the signatures, out of the contract table
operations: all
	@$(LUA) tools/operations.lua operations > docs/operations.md
	@$(LUA) tools/operations.lua powershell > docs/from-powershell.md
	@$(LUA) tools/operations.lua annotations > library/graph.lua

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
	@tools/specs $(SPEC_OPTIONS) $(SPEC)

SANITIZE  = -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZED = BUILD=build/asan LDFLAGS='$(SANITIZE)' \
            CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITIZE)' FORTIFY= PROTECT=

# packaging builds without sanitizers; the matrices run the same C code in many
# combinations, and are left to the other run unless everything is wanted
UNSANITIZED = packaging$(if $(M365RESTORE_FULL),,$(comma)matrix)
comma := ,

asan: export ASAN_OPTIONS = detect_leaks=1
asan: export UBSAN_OPTIONS = print_stacktrace=1
asan: export LSAN_OPTIONS = print_suppressions=0:suppressions=$(CURDIR)/spec/support/lsan.supp
asan:
	@$(INSIDE) $(SANITIZED) build/asan/lua
	@$(MAKE) --no-print-directory $(SANITIZED) spec LUA="$(CURDIR)/build/asan/lua" LUA_VERSION=$(LUA_VERSION) \
	  SPEC_CFLAGS='$(SANITIZE)' SPEC_OPTIONS=--exclude-tags=$(UNSANITIZED)

# the modules find Lua in the interpreter, as in the distribution's
$(BUILD)/lua: spec/support/lua.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARNINGS) $(DEFINES) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -Wl,-E -o $@ $< $(LUA_ARCHIVE) -lm -ldl

C_SOURCES = $(sort $(foreach m,$(MODULES),$($(m)_SOURCES)))
C_FILES   = $(wildcard src/*/*.[ch] simulator/src/*.[ch] spec/support/*.[ch] \
              bench/reference/*.[ch] examples/embed/*.c)

lint: lint-files lint-lua lint-c lint-gcc
	@if command -v clang >/dev/null; then $(MAKE) --no-print-directory lint-clang; fi

# what git knows or would know; without git, all there is
FILES = $(if $(wildcard .git),git ls-files -co --exclude-standard,\
          find . -type f -not -path './build/*' -not -path '*/node_modules/*')

lint-files:
	@$(FILES) | xargs "$(LUA)" tools/editorconfig.lua

lint-lua:
	@luacheck -q .

# clang-format 14, Debian 12's: each version has a tree of its own
lint-c:
	@tools/lint-c $(C_FILES)
	@if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then \
	  clang-format --dry-run --Werror $(C_FILES); fi

STRICT = -Werror -Wstrict-prototypes -Wold-style-definition

# a warning ends it; and what is not static is declared in a header, or is what Lua calls
lint-gcc:
	@printf '%s\n' $(C_SOURCES) | xargs -P $(JOBS) -n 1 $(CC) $(SHARED) $(DEFINES) -O2 $(STRICT) -S -o /dev/null
	@! $(CC) $(SHARED) $(DEFINES) -fsyntax-only -Wmissing-prototypes $(C_SOURCES) 2>&1 | grep warning: | grep -v luaopen_

lint-clang:
	@printf '%s\n' $(C_SOURCES) | xargs -P $(JOBS) -n 1 clang $(SHARED) $(DEFINES) $(STRICT) -fsyntax-only

bench:
	@$(MAKE) --no-print-directory deps PACKAGES='$(BENCH_PACKAGES)'
	@$(INSIDE) -s all
	@$(MAKE) --no-print-directory -C bench

# ====== Use

# $(call copy,folder,pattern,where to)
copy = cd "$(1)" && find . -name '$(2)' -exec install -Dm644 {} "$(DESTDIR)$(3)"/{} \;
copy-modules = for m in $(1); do \
    install -Dm755 "$(BUILD)/m365restore/$$m.so" "$(DESTDIR)$(LIBDIR)/m365restore/$$m.so" || exit 1; \
  done

# what Lua needs, and what people and editors need; of a rock the latter goes to a place of LuaRocks
install: install-modules install-docs
	@[ -n "$(DESTDIR)" ] || env -u LUA_PATH -u LUA_CPATH "$(LUA)" tools/paths.lua "$(LUADIR)" "$(LIBDIR)"

install-modules: modules
	$(call copy,lua,*.lua,$(LUADIR))
	$(call copy-modules,$(filter-out simulator/%,$(MODULES)))

install-docs:
	$(call copy,docs,*.md,$(DOCDIR)/docs)
	$(call copy,examples,*.[cl]*,$(DOCDIR)/examples)
	$(call copy,library,*.lua,$(DOCDIR)/library)
	install -Dm644 -t "$(DESTDIR)$(DOCDIR)" README.md CHANGELOG.md LICENSE

# the program runs in the Lua that it is installed for
install-simulator: simulator
	$(call copy,simulator/lua,*.lua,$(LUADIR))
	$(call copy-modules,$(filter simulator/%,$(MODULES)))
	install -Dm755 simulator/bin/m365restore-simulator "$(DESTDIR)$(BINDIR)/m365restore-simulator"
	sed -i '1s|lua5\.4|$(LUA)|' "$(DESTDIR)$(BINDIR)/m365restore-simulator"

# both, and the folders that are theirs alone
uninstall:
	rm -rf "$(DESTDIR)$(LUADIR)/m365restore" "$(DESTDIR)$(LIBDIR)/m365restore" "$(DESTDIR)$(DOCDIR)"
	rm -f "$(DESTDIR)$(BINDIR)/m365restore-simulator"

# ====== Release

DIST        = build/dist
RELEASE     = m365restore-$(VERSION)
DISTRIBUTED = .busted .clang-format .editorconfig .luacheckrc .luarc.json CHANGELOG.md LICENSE Makefile README.md \
              bench config.ld docs examples library lua simulator spec src tools $(ROCKS:%=%-scm-1.rockspec) $(RELEASED)

# the sources, and for each rock one file that `luarocks install` takes without a network
dist: rockspecs
	@mkdir -p $(DIST)
	tar -czf $(DIST)/$(RELEASE).tar.gz --sort=name --owner=0 --group=0 --numeric-owner --exclude=node_modules \
	  --exclude=__pycache__ --transform='s,^,$(RELEASE)/,' $(DISTRIBUTED)
	for rock in $(RELEASED:.rockspec=); do \
	  rm -f $(DIST)/$$rock.src.rock && \
	  zip -qjX $(DIST)/$$rock.src.rock $$rock.rockspec $(DIST)/$(RELEASE).tar.gz || exit 1; \
	done

# the rockspecs of this version, out of those of no version
rockspecs: $(RELEASED)

%-$(VERSION)-1.rockspec: %-scm-1.rockspec src/base/version.h
	@sed -e 's|"scm-1"|"$(VERSION)-1"|' -e 's|branch = "main"|dir = "$(RELEASE)"|' \
	  -e 's|"git+\(.*\)\.git"|"\1/releases/download/v$(VERSION)/$(RELEASE).tar.gz"|' $< > $@

matrix:
	@tools/matrix

docs:
	@if command -v ldoc >/dev/null; then ldoc -q .; \
	else echo 'ldoc is not there (Debian: lua-ldoc); docs/ reads well without it'; fi

clean:
	rm -rf build luarocks_tree m365restore src/*/*.o
	$(RM) -r simulator/m365restore simulator/src/*.o

# for the spec that holds the rockspecs against this file: make sources MODULE=core
sources:
	@echo $($(MODULE)_SOURCES)

# ====== Build

objects = $(patsubst %.c,$(OBJ)/%.o,$($(1)_SOURCES))

# what is compiled with other flags is compiled again; several makes may ask at once
COMPILE = $(CC) $(SHARED) $(PROTECT) $(FORTIFY) $(DEFINES) $(CPPFLAGS) $(CFLAGS)
LINK    = $(CC) -shared $(READONLY) $(LDFLAGS)

$(OBJ)/flags: FORCE
	@mkdir -p $(@D)
	@new=$@.$$$$; \
	echo '$(COMPILE) $(LINK) $(foreach l,CURL CRYPTO MICROHTTPD,$(call library,$(l)))' > $$new && \
	if cmp -s $$new $@; then rm $$new; else mv $$new $@; fi

.PHONY: FORCE

$(BUILD)/m365restore/%.so: $$(call objects,$$*) $(OBJ)/flags
	@mkdir -p $(@D)
	$(LINK) -o $@ $(call objects,$*) $($*_LIBS)

$(OBJ)/%.o: %.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

# objects are kept: they are what the next build compares with
.SECONDARY:

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
