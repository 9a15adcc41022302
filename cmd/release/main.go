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
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"wavetank/cmd/archive"
)

// targets are the operating systems and processors of a release.
var targets = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 0 when all archives are written, 2 after a mistake on the command
// line, 130 after an interruption, and 1 after every other error.
func run(ctx context.Context, args []string, progress io.Writer) int {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(progress)
	out := flags.String("out", "dist", "folder of the archives and of their checksums; it must not exist")
	only := flags.String("targets", strings.Join(targets, ","), "operating systems and processors")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	r := release{
		Root: ".", Package: "./cmd/wavetank", Name: "wavetank", Version: archive.Version,
		Flags: []string{"-trimpath", "-buildvcs=auto", "-ldflags=-s -w -buildid="}, Extra: []string{"LICENSE", "README.md"},
		Targets: strings.Split(*only, ","), Out: *out, Progress: progress,
	}
	if err := r.mistakes(flags.Args()); err != nil {
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

// mistakes returns all mistakes on the command line.
func (r *release) mistakes(args []string) error {
	var faults []error
	if len(args) > 0 {
		faults = append(faults, fmt.Errorf("unknown argument %q: the command has only flags", args[0]))
	}
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
