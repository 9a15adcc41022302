// Release builds the archives of a release: the program for every operating system and processor,
// with its licence, the licences of the modules in it, and a bill of materials.
//
//	go run ./cmd/release --out dist
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"wavetank/cmd/archive"
	"wavetank/cmd/tool"
)

// targets are the operating systems and processors of a release.
var targets = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

func main() { tool.Main(run) }

// run returns the exit code: 0 when all archives are written, 2 after a mistake on the command
// line, 130 after an interruption, and 1 after every other error.
func run(ctx context.Context, args []string, progress io.Writer) int {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	out := flags.String("out", "dist", "folder of the archives and of their checksums; it must not exist")
	only := flags.String("targets", strings.Join(targets, ","), "operating systems and processors")
	if code, ok := tool.Parse(flags, args, progress); !ok {
		return code
	}
	r := release{
		Root: ".", Package: "./cmd/wavetank", Name: "wavetank", Version: archive.Version,
		Flags: []string{"-trimpath", "-buildvcs=auto", "-ldflags=-s -w -buildid="}, Extra: []string{"LICENSE", "README.md"},
		Targets: strings.Split(*only, ","), Out: *out, Progress: progress,
	}
	if err := errors.Join(tool.Surplus(flags), r.mistakes()); err != nil {
		fmt.Fprintln(progress, err)
		return 2
	}
	switch err := r.write(ctx); {
	case ctx.Err() != nil:
		fmt.Fprintln(progress, "interrupted: nothing is kept")
		return 130
	case err != nil:
		fmt.Fprintln(progress, err)
		return 1
	}
	return 0
}

// mistakes returns all mistakes in the values of flags.
func (r *release) mistakes() error {
	var faults []error
	for i, target := range r.Targets {
		switch {
		case !slices.Contains(targets, target):
			faults = append(faults, fmt.Errorf("--targets: %q is none of %s", target, strings.Join(targets, ", ")))
		case slices.Contains(r.Targets[:i], target):
			faults = append(faults, fmt.Errorf("--targets: %s is named twice", target))
		}
	}
	if _, err := os.Stat(r.Out); err == nil {
		faults = append(faults, fmt.Errorf("--out: %s exists already", r.Out))
	}
	return errors.Join(faults...)
}
