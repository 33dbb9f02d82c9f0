--- A helper of busted: the specs run with the stand-in for the other line of lua-cjson.
package.loaded.cjson = require "spec.support.forked_cjson"
return function() return true end
