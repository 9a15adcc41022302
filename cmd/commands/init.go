package commands

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

// initOptions are the flags of init.
type initOptions struct {
	models   []string // NAME or NAME=RATE
	machines []string
	cloud    string // provider of the machines if none is named
	most     int
	day      time.Duration
	latency  time.Duration
	force    bool
}

// The lengths of the day that a scenario simulates.
const (
	wholeDay = 24 * time.Hour
	firstDay = time.Hour
	leastDay = 10 * time.Minute
	mostDay  = 7 * wholeDay
)

// firstCloud is the provider of the machine types if none is named.
const firstCloud = "aws"

// firstModel is the model of a scenario for which no model is named.
const firstModel = "vit=50/s"

func initCommand() *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a scenario that runs, from a few answers or flags",
		Long: `Write a scenario that runs: models with their mean load, machine types, objectives, and policies to
compare. On a terminal, init asks for what no flag says. FILE is scenario.yaml if it is left out; "-" is
standard output.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			target := "scenario.yaml"
			if len(args) > 0 {
				target = args[0]
			}
			return writeScenario(c, target, o)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&o.models, "model", nil, "a model, or one of its variants, with its mean load, as NAME=RATE, such as vit=20/s or resnet50=100/s; may be repeated")
	f.StringSliceVar(&o.machines, "machine", nil, "a machine type that can be rented; may be repeated (default: the two types of a cloud that serve the peak of each model at least cost)")
	f.StringVar(&o.cloud, "cloud", firstCloud, "provider of the machine types if none is named: aws, gcp or azure")
	countFlag(f, &o.most, "max", 8, 1, 10_000, "most machines of each type")
	f.DurationVar(&o.day, "day", firstDay, "time in which the load goes through a day, from 10m; a short day takes less time to simulate, but the load changes faster than in a real one")
	f.DurationVar(&o.latency, "latency", 0, "time within which 95 % of the requests must be answered, except those of LLMs (default: five times what one takes alone on the fastest of the machines)")
	f.BoolVar(&o.force, "force", false, "replace FILE if it is there already")
	return c
}

// writeScenario writes a scenario to a file.
func writeScenario(c *cobra.Command, target string, o initOptions) error {
	name := strings.TrimSuffix(filepath.Base(target), filepath.Ext(target))
	if target == "-" {
		name = "scenario"
	} else if err := free(target, o.force); err != nil {
		return input(err)
	}
	if isTerminalInput(c.InOrStdin()) {
		if err := o.ask(c); err != nil {
			return input(err)
		}
	}
	s, err := o.sketch(name)
	if err != nil {
		return input(err)
	}
	text := s.text()
	f, err := file.Read(target, []byte(text))
	if err != nil {
		return input(err)
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		return input(err)
	}
	if target == "-" {
		_, err := io.WriteString(c.OutOrStdout(), text)
		return err
	}
	warn(c, e.Warnings())
	if err := store.WriteWhole(target, []byte(text)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%[1]s is written. These commands check it, find its cheapest fleet, and compare policies:\n  wavetank check %[1]s\n  wavetank plan %[1]s\n  wavetank run %[1]s\n", target)
	return err
}

// free returns an error if a file cannot be written, or is there and must not be replaced.
func free(target string, force bool) error {
	if _, err := os.Stat(target); err == nil && !force {
		return fmt.Errorf("%s is there already; --force replaces it", target)
	}
	return checkTarget(target)
}

func isTerminalInput(r io.Reader) bool {
	f, is := r.(*os.File)
	return is && isTerminalFile(f)
}

// ask asks for what no flag says. An empty answer takes the default.
func (o *initOptions) ask(c *cobra.Command) error {
	from := bufio.NewScanner(c.InOrStdin())
	question := func(flag, text, preset string, take func(answer string) error) error {
		if c.Flags().Changed(flag) {
			return nil
		}
		fmt.Fprintf(c.ErrOrStderr(), "%s [%s]: ", text, preset)
		if !from.Scan() {
			if err := from.Err(); err != nil {
				return err
			}
			return errors.New("the input ended before all answers")
		}
		if answer := strings.TrimSpace(from.Text()); answer != "" {
			return take(answer)
		}
		return nil
	}
	list := func(into *[]string) func(string) error {
		return func(answer string) error {
			for part := range strings.SplitSeq(answer, ",") {
				*into = append(*into, strings.TrimSpace(part))
			}
			return nil
		}
	}
	if err := question("model", "Models with their mean load (wavetank list models)", firstModel, list(&o.models)); err != nil {
		return err
	}
	if err := question("machine", "Machine types (wavetank list machines)", "the two that serve the peak of each model at least cost", list(&o.machines)); err != nil {
		return err
	}
	return question("max", "Most machines of each type", fmt.Sprint(o.most), func(answer string) error {
		if err := c.Flags().Set("max", answer); err != nil {
			return fmt.Errorf("%s: want a whole number from 1 to 10000", answer)
		}
		_, err := fmt.Sscan(answer, &o.most)
		return err
	})
}
