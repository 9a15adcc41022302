package commands

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wavetank/sim/spelling"
)

// countArguments makes a wrong number of arguments bad input (exit code 2), for all subcommands.
func countArguments(root *cobra.Command) {
	for _, c := range root.Commands() {
		if c.Args != nil {
			c.Args = wrongArguments(c.Args)
		}
		countArguments(c)
	}
}

// wrongArguments returns a check of arguments like the given one, with messages in plain words.
func wrongArguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if check(c, args) == nil {
			return nil
		}
		command := c.CommandPath()
		want := slices.DeleteFunc(strings.Fields(c.Use)[1:], func(word string) bool { return strings.HasPrefix(strings.Trim(word, "["), "-") })
		message := ""
		switch {
		case c.HasAvailableSubCommands():
			var names []string
			for _, sub := range c.Commands() {
				if sub.IsAvailableCommand() {
					names = append(names, sub.Name())
				}
			}
			if !c.HasParent() {
				message = fmt.Sprintf("there is no command %q%s", args[0], spelling.Suggest(args[0], names))
				break
			}
			message = fmt.Sprintf("there is no %s %q%s", command, args[0], spelling.Suggest(args[0], names))
			if spelling.Meant(args[0], names) != "" {
				message += "; known: " + strings.Join(names, ", ")
			}
		case len(want) == 0:
			message = fmt.Sprintf("%s takes no argument, but %q is given", command, args[0])
		case len(args) == 0:
			message = fmt.Sprintf("%s %s: the %[2]s is missing", command, want[0])
		case len(args) < len(want):
			missing, article := strings.TrimRight(want[len(args)], "."), "the"
			if missing == strings.TrimRight(want[0], ".") {
				article = "a second"
			}
			message = fmt.Sprintf("%s %s: %s %s is missing", command, args[0], article, missing)
		default:
			message = fmt.Sprintf("%s takes one %s, but %d arguments are given: %s", command, strings.Trim(want[0], "[]"), len(args), strings.Join(args, ", "))
		}
		return input(fmt.Errorf("%s; see %s --help", message, command))
	}
}

// helpArguments makes "help" with an unknown command bad input (exit code 2).
func helpArguments(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() == "help" {
			c.Args = func(_ *cobra.Command, args []string) error {
				found, rest, err := root.Find(args)
				if err == nil && len(rest) > 0 && found.Args != nil && found.HasAvailableSubCommands() {
					err = found.Args(found, rest)
				}
				return err
			}
		}
	}
}

// wrongFlag rewrites an error about a flag in plain words, as bad input.
func wrongFlag(c *cobra.Command, err error) error {
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		err = fmt.Errorf("--%s %s: %s", bad.GetFlag().Name, bad.GetValue(), wantedOf(bad.GetFlag().Value, bad.Unwrap()))
	}
	return input(fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
}

// wantedOf says which values a flag takes, by the type of its value.
func wantedOf(v pflag.Value, err error) string {
	switch v.Type() {
	case "int":
		return "want a whole number"
	case "uint64":
		return "want a whole number from 0 to 18446744073709551615"
	case "float64":
		return "want a number"
	case "duration":
		return "want a span of time, such as 250ms, 5s or 2h"
	case "bool":
		return "want true or false"
	case "stringToString":
		return "want COLUMN=VALUE"
	}
	return err.Error()
}

// mostParallel bounds the number of runs at a time, because each run takes memory.
const mostParallel = 10_000

// counted is a flag value: a whole number within bounds.
type counted struct {
	value       *int
	least, most int
}

// countFlag adds a flag that takes a whole number from least to most.
func countFlag(f *pflag.FlagSet, value *int, name string, preset, least, most int, usage string) {
	*value = preset
	f.Var(&counted{value, least, most}, name, usage)
}

// String implements pflag.Value.
func (n *counted) String() string {
	if n.value == nil {
		return "0"
	}
	return strconv.Itoa(*n.value)
}

// Set implements pflag.Value.
func (n *counted) Set(text string) error {
	v, err := strconv.Atoi(text)
	if err != nil || v < n.least || v > n.most {
		return fmt.Errorf("want a whole number from %d to %d", n.least, n.most)
	}
	*n.value = v
	return nil
}

// Type implements pflag.Value.
func (*counted) Type() string { return "number" }
