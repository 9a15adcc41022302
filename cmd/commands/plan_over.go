package commands

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios/file"
	"wavetank/scenarios/plan"
	"wavetank/scenarios/study"
	"wavetank/sim/spelling"
)

// overPolicies is the value of --over that makes the policies of the scenario candidates.
const overPolicies = "policies"

// splitPath is the name of the split of prefill and decode replicas in --over. It is no path of the
// scenario.
const splitPath = "prefill-decode"

// mostVariants is the largest number of variants of a plan.
const mostVariants = 1000

// readOver reads the flags --over. The error joins all faults.
func (o *planOptions) readOver() error {
	var faults []error
	o.policies, o.design = false, study.Design{}
	settings := 1
	for _, text := range o.over {
		if text == overPolicies {
			o.policies = true
			continue
		}
		a, err := study.ParseAxis(text, false)
		switch {
		case err != nil && !strings.Contains(text, "="):
			err = fmt.Errorf("--over %s: want PATH=v1,v2, such as router=round-robin,power-of-two, or %s%s", text, overPolicies, spelling.Suggest(text, []string{overPolicies}))
		case err != nil:
			err = fmt.Errorf("--over %w", err)
		case slices.ContainsFunc(o.design.Axes, func(b study.Axis) bool { return b.Path == a.Path }):
			err = fmt.Errorf("--over %s: the path is given twice; put all its values into one list", a.Path)
		case a.Path == splitPath:
			err = checkSplits(a.Values)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		o.design.Axes = append(o.design.Axes, a)
		settings = min(settings*len(a.Values), mostVariants+1)
	}
	if settings > mostVariants {
		faults = append(faults, fmt.Errorf("--over: more than %d combinations; take fewer values", mostVariants))
	}
	return errors.Join(faults...)
}

// checkSplits returns the faults of splits of prefill and decode replicas.
func checkSplits(values []string) error {
	var faults []error
	for _, v := range values {
		if _, err := plan.ParsePrefillSplit(v); err != nil {
			faults = append(faults, fmt.Errorf("--over %s: %w", splitPath, err))
		}
	}
	return errors.Join(faults...)
}

// varied returns the varied paths.
func (o *planOptions) varied() (paths []string) {
	for _, a := range o.design.Axes {
		paths = append(paths, a.Path)
	}
	return paths
}

// job makes the job that the flags ask for.
func (o *planOptions) job(c *cobra.Command, name string) (*plan.Question, error) {
	e, err := o.scenario.prepare(c, name)
	if err != nil {
		return nil, err
	}
	j := &plan.Question{Limits: o.limits, Confidence: o.confidence / 100, Most: o.most, Parallel: o.parallel, Policies: o.policies, Varied: o.varied()}
	j.Variants = []plan.ScenarioVariant{{Experiment: e}}
	if len(o.design.Axes) > 0 {
		if j.Variants, err = o.variants(c, name, e.Scenario.Seed); err != nil {
			return nil, err
		}
	}
	for i := range j.Variants {
		switch n := len(j.Goals(i)); {
		case n == 0:
			return nil, errors.New("the scenario asks for no share of requests in time, so every fleet keeps all; give its models an slo with a percentile")
		case n != len(j.Goals(0)):
			return nil, errors.New("--over: the variants have different numbers of objectives, so they cannot be compared")
		}
	}
	return j, nil
}

// changesOf returns the changes of a combination of values.
func (o *planOptions) changesOf(values []string) (changes []file.Change) {
	for i, v := range values {
		if path := o.design.Axes[i].Path; path != splitPath {
			changes = append(changes, file.Change{Path: path, Value: v, Flag: "--over"})
		}
	}
	return changes
}

// splitOf returns the split of prefill and decode replicas in a combination of values, or nil.
func (o *planOptions) splitOf(values []string) *plan.PrefillSplit {
	for i, v := range values {
		if s, err := plan.ParsePrefillSplit(v); err == nil && o.design.Axes[i].Path == splitPath {
			return &s
		}
	}
	return nil
}

// checkFind returns the faults of flags that do not go with what is searched for.
func (o *planOptions) checkFind(c *cobra.Command) error {
	var faults []error
	known := []string{findFleet, findRate, findGPUs}
	if !slices.Contains(known, o.find) {
		return fmt.Errorf("--find %s: want %s%s", o.find, findKinds, spelling.Suggest(o.find, known))
	}
	if !(o.within >= 1 && o.within <= 100) {
		faults = append(faults, fmt.Errorf("--within %v: want 1 to 100 percent", o.within))
	}
	for flag, find := range map[string]string{"max-cost": findFleet, "max-gpus": findFleet, "types": findFleet, "within": findRate} {
		if c.Flags().Changed(flag) && o.find != find {
			faults = append(faults, fmt.Errorf("--%s: only with --find %s", flag, find))
		}
	}
	if o.find == findGPUs {
		for _, flag := range []string{"over", "max-replications"} {
			if c.Flags().Changed(flag) {
				faults = append(faults, fmt.Errorf("--%s: not with --find gpus", flag))
			}
		}
	}
	if o.find == findRate && o.policies {
		faults = append(faults, errors.New("--over policies: with --find rate the policies of the scenario are candidates anyway"))
	}
	if o.find == findRate && slices.Contains(o.varied(), loadPath) {
		faults = append(faults, fmt.Errorf("--over %s: --find rate searches for this factor", loadPath))
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}

// variants prepares the scenario with each combination of values. A fault of several combinations
// is told once.
func (o *planOptions) variants(c *cobra.Command, name string, seed uint64) (list []plan.ScenarioVariant, err error) {
	var faults []error
	for _, values := range o.design.Settings(seed) {
		if c.Context().Err() != nil {
			return nil, interruption("nothing was simulated")
		}
		e, err := o.scenario.changed(c, name, o.changesOf(values), func(string) {})
		faults = append(faults, err)
		list = append(list, plan.ScenarioVariant{Values: values, Experiment: e, Split: o.splitOf(values)})
	}
	return list, study.JoinFaults(faults)
}
