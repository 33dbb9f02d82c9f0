--- Random numbers by a seed alone, so that a failure can be repeated; the state's own are left as they are.
-- @tparam integer seed
-- @treturn function (n) -> an integer from 1 to n
return function(seed)
  seed = seed % 2147483648
  return function(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n + 1
  end
end
