package main

import (
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// release is what goes into the archives.
type release struct {
	Root     string   // folder of the module
	Package  string   // package of the program
	Name     string   // name of the program
	Version  string   // without a leading v
	Flags    []string // of go build
	Extra    []string // files of the root that go into every archive
	Targets  []string // such as linux/amd64
	Out      string   // folder that is made; it appears when it is complete
	Progress io.Writer
}

// file is a file of an archive.
type file struct {
	name    string
	content []byte
	mode    os.FileMode
}

// write builds all archives, and a file with their checksums in the form that sha256sum reads. The
// folder appears whole, or not at all.
func (r *release) write(ctx context.Context) (err error) {
	made, err := time.Parse(time.RFC3339, r.output(ctx, "git", "log", "-1", "--format=%cI"))
	if err != nil {
		made = time.Unix(0, 0) // not a clone: all that matters is that the time is always the same
	}
	parent := filepath.Dir(filepath.Clean(r.Out))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(parent, ".release-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()
	folder := filepath.Join(draft, "archives")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	var sums strings.Builder
	for i, target := range r.Targets {
		fmt.Fprintf(r.Progress, "%d of %d: %s\n", i+1, len(r.Targets), target)
		name, archive, err := r.archive(ctx, draft, target, made.UTC())
		if err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(archive), name)
		if err := os.WriteFile(filepath.Join(folder, name), archive, 0o644); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums.String()), 0o644); err != nil {
		return err
	}
	if err := os.Rename(folder, r.Out); err != nil {
		return err
	}
	fmt.Fprintf(r.Progress, "%d archives and SHA256SUMS are in %s\n", len(r.Targets), r.Out)
	return nil
}

// archive builds the program for a target and returns its archive.
func (r *release) archive(ctx context.Context, draft, target string, made time.Time) (name string, archive []byte, err error) {
	system, processor, _ := strings.Cut(target, "/")
	program := r.Name
	if system == "windows" {
		program += ".exe"
	}
	binary, err := filepath.Abs(filepath.Join(draft, program))
	if err != nil {
		return "", nil, err
	}
	build := exec.CommandContext(ctx, "go", append(append([]string{"build"}, r.Flags...), "-o", binary, r.Package)...)
	build.Dir, build.Stderr = r.Root, r.Progress
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+system, "GOARCH="+processor)
	if err := build.Run(); err != nil {
		return "", nil, fmt.Errorf("go build: %w", err)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return "", nil, err
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "", nil, err
	}
	notice, err := r.notice(ctx, info)
	if err != nil {
		return "", nil, err
	}
	bill, err := r.bill(info)
	if err != nil {
		return "", nil, err
	}
	files := []file{{program, content, 0o755}, {"NOTICE", notice, 0o644}, {r.Name + ".cdx.json", bill, 0o644}}
	for _, extra := range r.Extra {
		text, err := os.ReadFile(filepath.Join(r.Root, extra))
		if err != nil {
			return "", nil, err
		}
		files = append(files, file{extra, text, 0o644})
	}
	folder := fmt.Sprintf("%s_%s_%s_%s", r.Name, r.Version, system, processor)
	if system == "windows" {
		archive, err = zipped(folder, files, made)
		return folder + ".zip", archive, err
	}
	archive, err = tarred(folder, files, made)
	return folder + ".tar.gz", archive, err
}

// output returns what a command prints, or nothing when it fails.
func (r *release) output(ctx context.Context, name string, args ...string) string {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = r.Root
	out, err := c.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
