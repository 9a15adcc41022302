package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// small returns a release of a program of a few lines, which is built for this computer only.
func small(t *testing.T) release {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module small\n\ngo 1.26.0\n", "main.go": "package main\n\nfunc main() { println(\"small\") }\n", "LICENSE": "Do what you like.\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return release{
		Root: root, Package: ".", Name: "small", Version: "1.2.3", Flags: []string{"-ldflags=-buildid="}, Extra: []string{"LICENSE"},
		Targets: []string{runtime.GOOS + "/" + runtime.GOARCH}, Out: filepath.Join(t.TempDir(), "dist"), Progress: io.Discard,
	}
}

// TestAReleaseIsWhole builds a release twice. The bytes are the same, the checksums are right, and
// the archive has the program, its terms and its bill of materials.
func TestAReleaseIsWhole(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("archives for Windows are ZIP files; the test reads tar files")
	}
	r := small(t)
	name := fmt.Sprintf("small_1.2.3_%s_%s", runtime.GOOS, runtime.GOARCH)
	var archives [][]byte
	for _, out := range []string{"a", "b"} {
		r.Out = filepath.Join(t.TempDir(), out)
		if err := r.write(t.Context()); err != nil {
			t.Fatal(err)
		}
		archive, err := os.ReadFile(filepath.Join(r.Out, name+".tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		sums, err := os.ReadFile(filepath.Join(r.Out, "SHA256SUMS"))
		if want := fmt.Sprintf("%x  %s.tar.gz\n", sha256.Sum256(archive), name); err != nil || string(sums) != want {
			t.Errorf("the checksums are %q (%v), want %q", sums, err, want)
		}
		archives = append(archives, archive)
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("the same source gives other bytes the second time")
	}
	files := unpacked(t, archives[0])
	if notice := string(files[name+"/NOTICE"]); !strings.Contains(notice, "The Go programming language: LICENSE") || !strings.Contains(notice, "Redistribution") {
		t.Errorf("the terms are\n%.300s", notice)
	}
	if got := len(files); got != 4 || len(files[name+"/small"]) < 1e5 || string(files[name+"/LICENSE"]) != "Do what you like.\n" {
		t.Errorf("%d files, a program of %d bytes", got, len(files[name+"/small"]))
	}
	var bill struct{ Components []component }
	if err := json.Unmarshal(files[name+"/small.cdx.json"], &bill); err != nil || len(bill.Components) != 1 || bill.Components[0].Name != "std" {
		t.Errorf("the bill is %+v: %v", bill, err)
	}
}

func unpacked(t *testing.T, archive []byte) map[string][]byte {
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for in := tar.NewReader(z); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files
		} else if err != nil {
			t.Fatal(err)
		}
		if files[header.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAZIPArchiveHasItsFiles reads an archive for Windows.
func TestAZIPArchiveHasItsFiles(t *testing.T) {
	archive, err := zipped("a", []file{{"b.exe", []byte("program"), 0o755}, {"c", []byte("text"), 0o644}}, testTime)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(z, "a/b.exe")
	if err != nil || string(text) != "program" || len(z.File) != 2 || z.File[0].Mode() != 0o755 || !z.File[0].Modified.Equal(testTime) {
		t.Errorf("%q, %d files, %v: %v", text, len(z.File), z.File[0].Modified, err)
	}
}

// TestAFailedReleaseLeavesNothing: a program that does not compile leaves no file.
func TestAFailedReleaseLeavesNothing(t *testing.T) {
	r := small(t)
	if err := os.WriteFile(filepath.Join(r.Root, "main.go"), []byte("package main\n\nfunc main() { nothing() }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	r.Progress = &said
	if err := r.write(t.Context()); err == nil || !strings.Contains(said.String(), "undefined: nothing") {
		t.Errorf("%v, after\n%s", err, &said)
	}
	if left, err := os.ReadDir(filepath.Dir(r.Out)); err != nil || len(left) > 0 {
		t.Errorf("%v are left: %v", left, err)
	}
}

func TestMistakesOfARelease(t *testing.T) {
	var said bytes.Buffer
	code := run(t.Context(), []string{"--targets", "linux/amd64,plan9/arm,linux/amd64", "--out", t.TempDir(), "more"}, &said)
	for _, want := range []string{`unknown argument "more"`, `"plan9/arm" is none of linux/amd64, `, "linux/amd64 is named twice", "exists already"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not in\n%s", want, &said)
		}
	}
	if code != 2 || strings.Count(said.String(), "\n") != 4 {
		t.Errorf("code %d:\n%s", code, &said)
	}
	if code := run(t.Context(), []string{"--outt", "x"}, io.Discard); code != 2 {
		t.Errorf("an unknown flag: code %d", code)
	}
}

// TestFilesWithTerms lists names of files that modules use for their terms.
func TestFilesWithTerms(t *testing.T) {
	names := []string{"LICENSE", "LICENSE.md", "License-Apache", "LICENCE.txt", "COPYING", "NOTICE", "PATENTS", "license.go.txt", "UNLICENSE"}
	if i := slices.IndexFunc(names, func(n string) bool { return !licences.MatchString(n) }); i >= 0 {
		t.Errorf("%s is overlooked", names[i])
	}
	for _, n := range []string{"README.md", "licenses", "licensed.go", "noticeboard.go"} {
		if licences.MatchString(n) {
			t.Errorf("%s is no such file", n)
		}
	}
}

var testTime = time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)
