// Package commands is the command line of wavetank: one file for each command.
package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"wavetank/cmd/archive"
	"wavetank/scenarios/strict"
)

// Main runs the command line of the process, and ends the process with an exit code: 0 for success,
// 1 for a failure, 2 for bad input, 130 for an interruption.
//
// The garbage collector waits until the memory in use has tripled (GOGC=200), unless the
// environment sets GOGC: parallel runs slow each other down while it works.
func Main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { // a second interruption ends the program at once
		<-ctx.Done()
		stop()
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run executes a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(stderr, strict.Printable(err.Error()))
	}
	return exitCode(err)
}

// command returns the command line with all subcommands.
func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "wavetank",
		Short:         "Compare resource-management policies of model-serving fleets by simulation",
		Version:       archive.Version,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		Args:                       cobra.NoArgs,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		// When these commands are interrupted, they print which results they kept. The others just
		// end.
		if !slices.Contains([]string{"run", "sweep", "worker", "verify", "check", "validate", "tune", "score", "plan", "solve", "timeline", "log", "points"}, c.Name()) {
			signal.Reset(os.Interrupt, syscall.SIGTERM)
		}
		if old := c.CalledAs(); old != "" && old != c.Name() {
			fmt.Fprintf(c.ErrOrStderr(), "warning: %s %s is now called %s\n", c.Parent().CommandPath(), old, c.CommandPath())
		}
	}
	root.SetFlagErrorFunc(wrongFlag)
	root.AddCommand(runCommand(), sweepCommand(), workerCommand(), mergeCommand(), initCommand(), showCommand(), versionCommand(), tuneCommand(), scoreCommand(), planCommand(), timelineCommand(), checkCommand(), listCommand(), schemaCommand(), reportCommand(), compareCommand(), verifyCommand(), validateCommand(), solveCommand(), fitCommand(), traceCommand())
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE = func(*cobra.Command, []string) error {
				return input(errors.New("completion for which shell? one of bash, fish, powershell, zsh"))
			}
		}
	}
	root.Args = wrongArguments(root.Args)
	countArguments(root)
	helpArguments(root)
	giveExamples(root)
	completeWords(root)
	return root
}
