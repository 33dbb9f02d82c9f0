--- Starts busted in the interpreter that runs this file; its own program takes the one that is called "lua".
require "busted.runner" { standalone = false }
