std = "lua54"
max_line_length = 120
exclude_files = { "build", "luarocks_tree", "node_modules" }
include_files = { "**/*.lua", "**/*.rockspec", ".busted", ".luacheckrc" }
files["spec"].std = "+busted"
files["**/*.rockspec"].std = "+rockspec"
files[".luacheckrc"].std = "+luacheckrc"
-- signatures only: nothing in there is used
files["library"].ignore = { "21.", "241", "43." }
-- an address cannot be broken
files["library"].max_comment_line_length = false
