package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"wavetank/scenarios/library"
)

// assets are the files of the page that are not built.
//
//go:embed assets
var assets embed.FS

// build writes the page to a folder: the program, Go's loader for it, the shipped scenarios, and
// the page itself. root is the folder of the module. An earlier page is replaced when the new one
// is complete.
func build(ctx context.Context, root, out string, told io.Writer) (err error) {
	parent := filepath.Dir(filepath.Clean(out))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(parent, ".playground-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()
	page := filepath.Join(draft, "page")
	if err := os.Mkdir(page, 0o755); err != nil {
		return err
	}
	program, err := filepath.Abs(filepath.Join(page, "simulator.wasm"))
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "./cmd/playground/browser")
	c.Dir, c.Stderr, c.Env = root, told, append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if err := c.Run(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	if err := write(ctx, root, page); err != nil {
		return err
	}
	return replace(page, out, filepath.Join(draft, "before"))
}

// write writes all files of the page but the program.
func write(ctx context.Context, root, page string) error {
	c := exec.CommandContext(ctx, "go", "env", "GOROOT")
	c.Dir = root
	goroot, err := c.Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	loader, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	list, err := json.Marshal(shipped())
	if err != nil {
		return err
	}
	files := map[string][]byte{"loader.js": loader, "scenarios.json": list}
	entries, err := fs.ReadDir(assets, "assets")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if files[e.Name()], err = assets.ReadFile("assets/" + e.Name()); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(page, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// scenario is a shipped scenario.
type scenario struct{ Name, Text string }

// shipped returns the shipped scenarios by name.
func shipped() (list []scenario) {
	for _, name := range library.Names() {
		if text, ok := library.Scenario(name); ok {
			list = append(list, scenario{name, string(text)})
		}
	}
	return list
}

// replace puts a new folder in the place of an old one, which it moves to before. After an error
// the old one is where it was.
func replace(page, out, before string) error {
	err := os.Rename(out, before)
	if errors.Is(err, fs.ErrNotExist) {
		return os.Rename(page, out)
	} else if err != nil {
		return err
	}
	if err := os.Rename(page, out); err != nil {
		return errors.Join(err, os.Rename(before, out))
	}
	return nil
}
