package commands

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestEveryHelpHasExamplesThatParse looks at the examples of every command. Each is a command line
// of this command, whose flags and arguments are accepted.
func TestEveryHelpHasExamplesThatParse(t *testing.T) {
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() && c.Name() != "completion" {
				look(sub)
			}
		}
		if c.Example == "" {
			t.Errorf("%s has no example: add one to helpExamples", c.CommandPath())
		}
		if c.Name() == "completion" {
			return // its commands are made by the library
		}
		for line := range strings.SplitSeq(c.Example, "\n") {
			words := strings.Fields(line)
			if len(words) == 0 || words[0] != "wavetank" {
				t.Errorf("%s: the example %q is no command line of wavetank", c.CommandPath(), line)
				continue
			}
			found, rest, err := command().Find(words[1:])
			if err == nil {
				err = found.ParseFlags(rest)
			}
			if err == nil {
				err = found.ValidateArgs(found.Flags().Args())
			}
			if err != nil || !strings.HasPrefix(found.CommandPath()+" ", c.CommandPath()+" ") {
				t.Errorf("%s: the example %q is one of %q, %v", c.CommandPath(), line, found.CommandPath(), err)
			}
		}
	}
	look(command())
	for path := range helpExamples {
		if found, _, err := command().Find(strings.Fields(path)[1:]); err != nil || found.CommandPath() != path {
			t.Errorf("there are examples of %q, which is no command", path)
		}
	}
}

// TestWordsAreCompleted asks for completions as a shell does.
func TestWordsAreCompleted(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
		not  string
	}{
		{"run quick", []string{"quickstart"}, "chat"},
		{"score gree", []string{"greedy\n"}, "hpa"},
		{"score hpa quick", []string{"quickstart\n"}, "chat"},
		{"show vo", []string{"voice-search"}, "quickstart"},
		{"show chat x", []string{":4"}, "quickstart"},
		{"check quickstart --set fleet[1].", []string{"fleet[1].boot=\tnow 40s", "fleet[1].machine=\tnow aws/g4dn.xlarge"}, "fleet[0]"},
		{"run --set workload[0].slo", []string{"workload[0].slo.latency=\tnow 250ms"}, "fleet"},
		{"check no-such.yaml --set f", []string{":6"}, "fleet"},
		{"sweep quickstart --vary fleet[1].m", []string{"fleet[1].max=\tnow "}, "fleet[0]"},
		{"plan quickstart --over planning.u", []string{"planning.utilization=\tnow "}, "fleet"},
		{"run quickstart --policy dp-", []string{"dp-fcfs"}, "hpa"},
		{"run quickstart --policy hpa,auto", []string{"hpa,auto-adjust"}, "dp"},
		{"run --format j", []string{"json"}, "csv"},
		{"report x", []string{":16"}, "quickstart"},
		{"init --model res", []string{"resnet\n", "resnet50\n"}, "vit"},
		{"init --machine aws/g4", []string{"aws/g4dn.xlarge"}, "aws/p5"},
		{"init --cloud g", []string{"gcp"}, "aws"},
	} {
		var out, err bytes.Buffer
		if code := run(t.Context(), append([]string{"__complete"}, strings.Fields(c.line)...), &out, &err); code != 0 {
			t.Fatalf("%s: exit code %d: %s", c.line, code, err.String())
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is missing in\n%s", c.line, want, out.String())
			}
		}
		if strings.Contains(out.String(), c.not) {
			t.Errorf("%s: %q should not be in\n%s", c.line, c.not, out.String())
		}
	}
}
