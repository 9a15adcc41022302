//go:build ((darwin || windows) && (amd64 || arm64)) || (windows && 386)

package study

import _ "modernc.org/sqlite" // the SQL driver "sqlite"
