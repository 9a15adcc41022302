//go:build !js

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "this program runs in a browser: go run ./cmd/playground builds its page")
	os.Exit(2)
}
