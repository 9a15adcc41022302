//go:build 386 || amd64 || arm || arm64 || loong64 || ppc64le || riscv64 || s390x

package study

import _ "modernc.org/sqlite" // the SQL driver "sqlite"
