package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios"
	"wavetank/sim/fleet"
)

// PrefillSplit says how the replicas of a disaggregated LLM are divided: so many that compute
// prompts for so many that decode.
type PrefillSplit struct{ Prefill, Decode int }

// ParsePrefillSplit reads a split such as "1:3".
func ParsePrefillSplit(text string) (s PrefillSplit, err error) {
	prefill, decode, ok := strings.Cut(text, ":")
	const most = 1000
	if ok {
		s.Prefill, err = strconv.Atoi(prefill)
		if err == nil {
			s.Decode, err = strconv.Atoi(decode)
		}
		ok = err == nil && s.Prefill >= 1 && s.Decode >= 1 && s.Prefill <= most && s.Decode <= most
	}
	if !ok {
		return s, fmt.Errorf("%q is no split of prefill and decode replicas, such as 1:3", text)
	}
	return s, nil
}

// splitter fills machines with prefill and decode replicas of one model.
type splitter struct {
	spec            *fleet.Spec
	share           float64 // of prefill replicas
	prefill, decode []int   // per type, the deployment that is used; −1: none
}

// newSplitter returns the splitter of a variant. It is an error if not exactly one model has
// requests, or this one is not disaggregated. If a type has several deployments, the one is used
// that serves most on a machine by its plan.
func newSplitter(s PrefillSplit, f *scenarios.ConstantFleets) (*splitter, error) {
	c := f.Spec
	var asked []int
	for m, l := range f.Loads {
		if l.Mean > 0 && !c.Decodes(fleet.ModelID(m)) {
			asked = append(asked, m)
		}
	}
	switch {
	case len(asked) != 1:
		return nil, fmt.Errorf("--over prefill-decode: the split is for scenarios with one model; this one has %d", len(asked))
	case c.Models[asked[0]].Decoder == 0:
		return nil, fmt.Errorf("--over prefill-decode: %s has no prefill and decode replicas of their own; its stream needs disaggregated: true", c.Models[asked[0]].Name)
	}
	best := func(model fleet.ModelID) []int {
		list := slices.Repeat([]int{-1}, len(c.Types))
		serves := func(d int) float64 {
			k := &c.Deployments[d]
			return k.Capacity * float64(c.Types[k.Type].MostReplicas(&k.Need))
		}
		for d := range c.Deployments {
			if t := c.Deployments[d].Type; c.Deployments[d].Model == model && serves(d) > 0 && (list[t] < 0 || serves(d) > serves(list[t])) {
				list[t] = d
			}
		}
		return list
	}
	m := fleet.ModelID(asked[0])
	return &splitter{c, float64(s.Prefill) / float64(s.Prefill+s.Decode), best(m), best(c.Models[m].Decoder)}, nil
}

// arrange fills machines: the share of the prefill replicas is as asked, rounded to whole replicas,
// with at least one of each kind. ok is false if there is no room for both.
func (s *splitter) arrange(machines []int) (replicas []int, ok bool, err error) {
	replicas = make([]int, len(s.spec.Deployments))
	c := *s.spec
	c.Types = slices.Clone(c.Types)
	rooms, total := make([]int, len(machines)), 0
	for t, n := range machines {
		k := &c.Types[t]
		k.Max, k.Min = n, min(k.Min, n)
		if s.prefill[t] >= 0 && s.decode[t] >= 0 {
			rooms[t] = n * min(k.MostReplicas(&c.Deployments[s.prefill[t]].Need), k.MostReplicas(&c.Deployments[s.decode[t]].Need))
			total += rooms[t]
		}
	}
	if total < 2 {
		return nil, false, nil
	}
	wanted := max(1, min(total-1, int(math.Round(s.share*float64(total)))))
	passed, given := 0, 0
	for t, room := range rooms {
		if room == 0 {
			continue
		}
		passed += room
		prefill := wanted*passed/total - given // each type has about the same share
		given += prefill
		replicas[s.prefill[t]], replicas[s.decode[t]] = prefill, room-prefill
	}
	placed := registry.Fixed{Placer: registry.WithDefaults[registry.Placer]("best-fit")}
	room, err := placed.Room(&c, replicas)
	return replicas, err == nil && slices.Equal(room, replicas), err
}

// errPolicies says that a split does not go with policies.
var errPolicies = errors.New("--over prefill-decode: the policies decide about their own prefill and decode replicas, so they cannot be candidates together with a split")
