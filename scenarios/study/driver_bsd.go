//go:build ((freebsd || openbsd) && (amd64 || arm64)) || (netbsd && amd64)

package study

import _ "modernc.org/sqlite" // the SQL driver "sqlite"
