std = "lua54"
max_line_length = false -- .editorconfig has it, and `make lint` holds all files against that
exclude_files = { "build", "luarocks_tree", "node_modules" }
include_files = { "**/*.lua", "**/*.rockspec", ".busted", ".luacheckrc" }
files["spec"].std = "+busted"
files["**/*.rockspec"].std = "+rockspec"
files[".luacheckrc"].std = "+luacheckrc"
-- signatures only: nothing in there is used
files["library"].ignore = { "21.", "241", "43." }
