// Package tool is what the programs that build something of wavetank have in common.
package tool

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Main runs a program and ends the process with its exit code. The context ends with an
// interruption. The program tells its progress and its errors to told.
func Main(run func(ctx context.Context, args []string, told io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

// Parse reads the flags of a program. If the program is not to go on, ok is false: after --help
// with code 0, and after an unknown flag with code 2.
func Parse(flags *flag.FlagSet, args []string, told io.Writer) (code int, ok bool) {
	flags.SetOutput(told)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0, false
	case err != nil:
		return 2, false
	}
	return 0, true
}

// Surplus returns the fault of an argument that is not a flag.
func Surplus(flags *flag.FlagSet) error {
	if flags.NArg() == 0 {
		return nil
	}
	return fmt.Errorf("unknown argument %q: the command has only flags", flags.Arg(0))
}
