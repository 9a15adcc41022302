package commands

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
)

// TestInitWritesAScenarioOfEveryModel: the scenario of each model of the catalogue is accepted, and
// at least one deployment of the model meets its objective.
func TestInitWritesAScenarioOfEveryModel(t *testing.T) {
	models, err := builtin.Models()
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range models {
		cloud := []string{"aws", "gcp", "azure"}[i%3]
		s, err := initOptions{day: firstDay, models: []string{m.Name}, most: 3, cloud: cloud}.sketch("s")
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		f, err := file.Read("s.yaml", []byte(s.text()))
		if err != nil {
			t.Errorf("%s: %v in\n%s", m.Name, err, s.text())
			continue
		}
		e, err := scenarios.Prepare(f)
		if err != nil || len(e.Spec.Deployments) == 0 {
			t.Errorf("%s: %v; deployments %v in\n%s", m.Name, err, e.Spec.Deployments, s.text())
		}
		for _, one := range s.machines {
			if one.Provider() != cloud {
				t.Errorf("%s: %s is not a machine of %s", m.Name, one.Name, cloud)
			}
		}
	}
	if _, err := (initOptions{day: firstDay, models: []string{"no", "vit"}, most: 3, cloud: "gpc"}).sketch("s"); err == nil || !strings.Contains(err.Error(), "--cloud gpc: want one of aws, gcp, azure") || !strings.Contains(err.Error(), "--model no:") {
		t.Errorf("%v", err)
	}
}

// TestInitAsksForWhatNoFlagSays answers the questions of a terminal.
func TestInitAsksForWhatNoFlagSays(t *testing.T) {
	for _, c := range []struct {
		flags, answers string
		models, types  string
		most           int
		fault          string
	}{
		{"", "\n\n\n", "", "", 8, ""},
		{"", "vit=5/s, resnet\naws/g5.xlarge\n3\n", "vit=5/s,resnet", "aws/g5.xlarge", 3, ""},
		{"--model bert", "aws/g5.xlarge\n\n", "bert", "aws/g5.xlarge", 8, ""},
		{"", "\n\nmany\n", "", "", 0, "many: want a whole number from 1 to 10000"},
		{"", "vit\n", "", "", 0, "the input ended before all answers"},
	} {
		var asked bytes.Buffer
		command := initCommand()
		command.SetIn(strings.NewReader(c.answers))
		command.SetErr(&asked)
		o := initOptions{day: firstDay, most: 8}
		if err := command.ParseFlags(strings.Fields(c.flags)); err != nil {
			t.Fatal(err)
		}
		o.models, _ = command.Flags().GetStringSlice("model")
		err := o.ask(command)
		if c.fault != "" {
			if err == nil || err.Error() != c.fault {
				t.Errorf("%q: %v", c.answers, err)
			}
			continue
		}
		if err != nil || strings.Join(o.models, ",") != c.models || strings.Join(o.machines, ",") != c.types || o.most != c.most {
			t.Errorf("%q %q: %+v, %v", c.flags, c.answers, o, err)
		}
		if strings.Contains(asked.String(), "Models") != (c.flags == "") {
			t.Errorf("%q: asked %q", c.flags, asked.String())
		}
	}
}

func TestComfortableObjectiveIsRound(t *testing.T) {
	s, err := initOptions{day: firstDay, models: []string{"vit"}, machines: []string{"aws/g4dn.xlarge"}, most: 1}.sketch("s")
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.streams[0].profile(s.machines[0]).Batch()
	if err != nil {
		t.Fatal(err)
	}
	got := s.streams[0].latency
	if alone := b.Latency(1); got < 5*alone || got > 13*alone || got%(10*time.Millisecond) != 0 {
		t.Errorf("an objective of %v for requests that take %v", got, alone)
	}
}

// TestInitTakesTheNameOfAVariantAndTheLengthOfADay: the case of the name's letters does not matter.
// Only a day that is not 24 hours long is explained.
func TestInitTakesTheNameOfAVariantAndTheLengthOfADay(t *testing.T) {
	s, err := initOptions{day: wholeDay, models: []string{"ResNet50=150/s"}, most: 3}.sketch("s")
	if err != nil {
		t.Fatal(err)
	}
	text := s.text()
	for _, want := range []string{"model: resnet\n", "variants: [resnet50] # policies", "duration: 24h ", "warmup: 2h ", "at: 12h, day: 24h"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	const told = "times as fast"
	if s.day = firstDay; strings.Contains(text, told) || !strings.Contains(s.text(), "24 "+told) {
		t.Errorf("a day of 24 hours is told as\n%s, one of an hour as\n%s", text, s.text())
	}
	if _, err := (initOptions{day: time.Second, most: 3}).sketch("s"); err == nil || !strings.Contains(err.Error(), "--day 1s: must be from 10m") {
		t.Errorf("a day of a second: %v", err)
	}
}

// TestInitChoosesMachinesThatServeThePeakAtLeastCost: a machine that is dear but fast is chosen for
// a high load, and none that cannot keep the objective.
func TestInitChoosesMachinesThatServeThePeakAtLeastCost(t *testing.T) {
	for _, c := range []struct{ model, machines string }{
		{"llama-3.1-8b=3/s", "aws/g5.xlarge aws/g6e.xlarge"},
		{"llama-3.1-8b=0.1/s", "aws/g6.xlarge aws/g5.xlarge"},
		{"vit=20/s", "aws/g4dn.xlarge aws/g6.xlarge"}, // no CPU answers in 50 ms
		{"minilm=20/s", "aws/g4dn.xlarge aws/c7i.4xlarge"},
	} {
		s, err := initOptions{day: firstDay, models: []string{c.model}, most: 3}.sketch("s")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range s.machines {
			names = append(names, m.Name)
		}
		if got := strings.Join(names, " "); got != c.machines {
			t.Errorf("%s: %s, want %s", c.model, got, c.machines)
		}
	}
}
