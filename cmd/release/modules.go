package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
)

// licences matches the names of files with the terms of a module.
var licences = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|notice|patents)([-._].*)?$`)

// notice returns the terms of all modules in a program, and of Go's own library.
func (r *release) notice(ctx context.Context, info *debug.BuildInfo) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s contains the modules below and the standard library of %s. These are their terms.\n", r.Name, r.Version, info.GoVersion)
	if err := terms(&b, "The Go programming language", r.output(ctx, "go", "env", "GOROOT")); err != nil {
		return nil, err
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		folder, err := r.folder(ctx, m)
		if err != nil {
			return nil, err
		}
		if err := terms(&b, m.Path+" "+m.Version, folder); err != nil {
			return nil, err
		}
	}
	return []byte(b.String()), nil
}

// folder returns the folder with the source of a module.
func (r *release) folder(ctx context.Context, m *debug.Module) (string, error) {
	c := exec.CommandContext(ctx, "go", "mod", "download", "-json", m.Path+"@"+m.Version)
	c.Dir = r.Root
	out, err := c.Output()
	var found struct{ Dir, Error string }
	if failed := json.Unmarshal(out, &found); failed != nil || found.Dir == "" {
		return "", fmt.Errorf("the source of %s@%s: %w %s", m.Path, m.Version, err, found.Error)
	}
	return found.Dir, nil
}

// terms writes the files with the terms of a module. A module without such a file is an error: it
// may not be passed on.
func terms(b *strings.Builder, name, folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	found := false
	for _, e := range entries {
		if e.IsDir() || !licences.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return err
		}
		found = true
		line := strings.Repeat("=", 80)
		fmt.Fprintf(b, "\n%s\n%s: %s\n%s\n\n%s\n", line, name, e.Name(), line, bytes.TrimSpace(text))
	}
	if !found {
		return fmt.Errorf("%s has no file with its licence", name)
	}
	return nil
}

// component is a part of a program, as CycloneDX 1.5 describes it
// (https://cyclonedx.org/docs/1.5/json/).
type component struct {
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// bill returns the bill of materials of a program: a CycloneDX document with every module in it.
// The checksums are those of go.sum.
func (r *release) bill(info *debug.BuildInfo) ([]byte, error) {
	components := []component{{Type: "library", Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), PURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := component{Type: "library", Name: m.Path, Version: m.Version, PURL: "pkg:golang/" + m.Path + "@" + m.Version}
		if m.Sum != "" {
			c.Properties = []property{{"go.sum", m.Sum}}
		}
		components = append(components, c)
	}
	document := map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"metadata":   map[string]any{"component": component{Type: "application", Name: r.Name, Version: r.Version}},
		"components": components,
	}
	text, err := json.MarshalIndent(document, "", "  ")
	return append(text, '\n'), err
}
