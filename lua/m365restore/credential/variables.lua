--- Environment variables, or a table in their place.
-- @module m365restore.credential.variables

--- @tparam ?table given name -> string; nil: the process's own
-- @treturn function name -> ?string; what is empty counts as not set
return function(given)
  return function(name)
    local text
    if given then text = given[name] else text = os.getenv(name) end
    return text ~= "" and text or nil
  end
end
