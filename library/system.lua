---@meta m365restore.system
--- What the operating system knows. Failures are `nil, err` with `code`, `message`, `errno`, `path`.

---@class m365.system.error
---@field code string
---@field message string
---@field errno? integer
---@field path? string

---@class m365.system
local system = {}

---@param file file*
---@return boolean
function system.isatty(file) end

---@param file file*
---@return integer? columns of the terminal
function system.columns(file) end

---A file that grows line by line and is synced before anything is claimed; exclusive while open.
---@param path string
---@return m365.system.journal?
---@return m365.system.error?
function system.open_journal(path) end

---The process that holds a journal, where the system tells. Its lock is not touched.
---@param path string
---@return integer?
function system.journal_holder(path) end

---@class m365.system.journal
local journal = {}

---@param line string
---@return true?
---@return m365.system.error?
function journal:append(line) end

---@return string?
---@return m365.system.error?
function journal:read() end

---@param n integer bytes to keep
---@return true?
---@return m365.system.error?
function journal:truncate(n) end

---@return integer
function journal:size() end

---@return string
function journal:path() end

---@return true?
---@return m365.system.error?
function journal:close() end

---Puts a file in the place of another, whole or not at all.
---@param path string
---@param bytes string
---@param options? {mode: integer?}
---@return true?
---@return m365.system.error?
function system.replace(path, bytes, options) end

---@param path string
---@param max_bytes? integer
---@return string?
---@return m365.system.error?
function system.read_file(path, max_bytes) end

---Runs a program without a shell and with a deadline.
---@param argv string[]
---@param options? {timeout: number?, input: string?, env: table<string, string|false>?, max_output: integer?}
---@return {stdout: string, stderr: string, status: integer?, signal: integer?}?
---@return m365.system.error?
function system.run(argv, options) end

---@param n integer
---@return string?
---@return m365.system.error?
function system.random(n) end

---@return number seconds
function system.monotonic() end

---@return string?
---@return m365.system.error?
function system.hostname() end

---@return integer
function system.pid() end

return system
