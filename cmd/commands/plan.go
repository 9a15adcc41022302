package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios/file"
	"wavetank/scenarios/plan"
	"wavetank/scenarios/study"
)

// planOptions are the flags of plan.
type planOptions struct {
	scenario   scenarioOptions
	find       string  // what is searched for
	within     float64 // percent between neighbouring factors of find rate
	over       []string
	design     study.Design // of over
	policies   bool         // the policies of the scenario are candidates, too
	confidence float64
	most       int
	limits     plan.FleetLimits
	parallel   int
	out        string
	ledger     string
	look       lookOptions
}

func planCommand() *cobra.Command {
	var o planOptions
	c := &cobra.Command{
		Use:   "plan SCENARIO",
		Short: "Search for the cheapest fleet that keeps every objective, for the most load that a fleet carries, or for the fewest GPUs",
		Long: `Search for the cheapest fleet that keeps every objective: how many machines of which type.

Every fleet of up to max machines of each type is a candidate. It stays the same for the whole run.
A solver decides which replicas run on its machines. Fleets that cannot carry the load are left out
by a bound, and most others because a smaller fleet keeps all, or a larger one misses. All
candidates meet the same requests. The policies of the scenario are candidates only with
--over policies. With --over PATH=VALUES every value of a path of the scenario is tried, such as
--over router=round-robin,power-of-two; several paths give all combinations. --over
prefill-decode=1:1,1:3 tries ratios of prefill and decode replicas of a disaggregated LLM.

With --find rate, the search is for the largest factor on all arrivals with which every objective is
kept: for all machines of the scenario, and for each of its policies. With --find gpus, it is for the
fewest devices (GPUs, or machines without any) that a clairvoyant allocator needs in each control
window, beside those that each policy uses.

Every finished run is kept in a ledger. If the command is interrupted, the same command goes on.`,
		Example: `  wavetank plan my-service.yaml
  wavetank plan my-service.yaml --max-cost 20 --confidence 99 --out plan
  wavetank plan my-service.yaml --over router=round-robin,power-of-two --over policies
  wavetank plan my-service.yaml --over workload[0].model=vit,resnet
  wavetank plan my-service.yaml --find rate --policy hpa --out most
  wavetank plan my-service.yaml --find gpus --out least`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return planScenario(c, args[0], o) },
	}
	o.scenario.flags(c)
	f := c.Flags()
	f.StringVar(&o.find, "find", findFleet, "what to search for: "+findKinds)
	f.Float64Var(&o.within, "within", 2, "with --find rate: distance of neighbouring factors, in percent")
	f.StringArrayVar(&o.over, "over", nil, "a path of the scenario and its values to try: PATH=v1,v2, or PATH=a..b for whole numbers, or PATH=a..b/n for n values; or prefill-decode=1:1,1:3; or policies; may be repeated")
	f.Float64Var(&o.confidence, "confidence", 95, "how sure the answer must be, in percent")
	countFlag(f, &o.most, "max-replications", 40, 1, file.MostReplications, "most replications of a fleet that keeps every objective on average, but is not shown to")
	f.Float64Var(&o.limits.MaxCost, "max-cost", 0, "leave out fleets that cost more, in $/h (default: no limit)")
	countFlag(f, &o.limits.MaxGPUs, "max-gpus", 0, 1, 1_000_000, "leave out fleets with more GPUs (default: no limit)")
	countFlag(f, &o.limits.Types, "types", 0, 1, 1000, fmt.Sprintf("most types of machines in a fleet (default: as many as %d candidates allow)", plan.Most))
	countFlag(f, &o.parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time; the answer does not depend on it")
	f.StringVar(&o.out, "out", "", "folder for report.html, plan.md, plan.csv, a figure and, if it has one, the answer as plan.yaml (default: the answer is only printed)")
	ledgerFlag(c, &o.ledger, ledgerFile)
	lookFlags(c, &o.look)
	return c
}

func planScenario(c *cobra.Command, name string, o planOptions) error {
	if err := o.check(c); err != nil {
		return input(err)
	}
	j, err := o.job(c, name)
	if err != nil {
		return input(err)
	}
	if o.ledger == "" {
		o.ledger = ledgerFile
	}
	ledger, err := openLedger(c, o.ledger)
	if err != nil {
		return err
	}
	return errors.Join(o.run(c, name, j, ledger), ledger.Close())
}

// What is searched for.
const (
	findFleet = store.FindFleet
	findRate  = store.FindRate
	findGPUs  = store.FindGPUs
	findKinds = "fleet (the cheapest that keeps every objective), rate (the most load that the fleet carries) or gpus (the fewest devices that a clairvoyant allocator needs)"
)

// check returns the faults of the flags.
func (o *planOptions) check(c *cobra.Command) error {
	var faults []error
	if !(o.confidence >= 50 && o.confidence < 100) {
		faults = append(faults, fmt.Errorf("--confidence %v: want a percentage of at least 50 and below 100", o.confidence))
	}
	if c.Flags().Changed("max-cost") && !(o.limits.MaxCost > 0) {
		faults = append(faults, fmt.Errorf("--max-cost %v: want a price above 0, in $/h", o.limits.MaxCost))
	}
	faults = append(faults, o.readOver(), o.checkFind(c))
	if c.Flags().Changed("policy") && !o.policies && o.find == findFleet {
		faults = append(faults, errors.New("--policy: the policies of the scenario are candidates only with --over policies"))
	}
	if c.Flags().Changed("out") && o.out == "" {
		faults = append(faults, errors.New("--out: no folder is named"))
	} else if info, err := os.Stat(o.out); err == nil && !info.IsDir() {
		faults = append(faults, fmt.Errorf("--out %s is a file, not a folder", o.out))
	}
	return errors.Join(append(faults, o.look.check())...)
}

// run searches, prints the answer and stores it.
func (o *planOptions) run(c *cobra.Command, name string, j *plan.Question, ledger *study.Ledger) error {
	told := progressOf(c, o.look.quiet)
	removeEmpty, err := makeOut(o.out, planScenarioFile)
	defer removeEmpty()
	if err != nil {
		return err
	}
	for i := range j.Variants {
		tellCapacities(told, j.Variants[i].Experiment)
		keepRuns(ledger, j.Variants[i].Experiment)
	}
	if o.find == findGPUs {
		return o.runGPUs(c, name, j.Variants[0].Experiment, ledger)
	}
	if o.find == findRate {
		return o.runRate(c, name, o.rateJob(c, name, j, ledger))
	}
	list, err := j.Prepare(c.Context())
	switch {
	case errors.Is(err, context.Canceled):
		return interruption("nothing was simulated")
	case err != nil:
		return input(err)
	}
	watch := newPlanWatch(told, j)
	if err := watch.begin(c.Context(), list); err != nil {
		return err
	}
	answer, err := j.Search(c.Context(), list)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	stopped := err != nil
	if fault := o.show(c, name, j, answer, stopped); fault != nil {
		return fault
	}
	switch {
	case stopped:
		return interruption(fmt.Sprintf("finished runs are kept in %s; the same command goes on", o.ledger))
	case answer.Best < 0:
		return errors.New("no candidate is shown to keep every objective")
	}
	return nil
}

// planWatch prints the progress of a plan.
type planWatch struct {
	w     io.Writer
	job   *plan.Question
	began time.Time
	next  time.Duration // time since the beginning until the next line
	best  int
	runs  int
}

func newPlanWatch(w io.Writer, j *plan.Question) *planWatch {
	s := &planWatch{w: w, job: j, best: -1}
	j.Counted = func() { s.runs++ }
	j.Told = s.told
	return s
}

// begin prints how many candidates there are and about how long the search takes.
func (s *planWatch) begin(ctx context.Context, list []plan.Candidate) error {
	const spend = 200 * time.Millisecond
	runs, took, err := s.job.Pace(ctx, list, spend)
	if err != nil {
		if ctx.Err() != nil {
			return interruption("nothing was simulated")
		}
		return err
	}
	tellPace(s.w, count(len(list), "candidate", "candidates"), runs, took, s.job.Parallel)
	s.began, s.next = time.Now(), 2*time.Second
	return nil
}

// tellPace prints what is searched, and about how many runs and how long it takes.
func tellPace(w io.Writer, what string, runs int, took time.Duration, parallel int) {
	text := "about " + count(runs, "run", "runs")
	if took > 0 {
		text += fmt.Sprintf(", about %s with %d at a time", about(took/time.Duration(parallel)), parallel)
	}
	fmt.Fprintf(w, "%s, %s\n", what, text)
}

// told prints what is known so far, when a cheaper candidate keeps all or much time has passed.
func (s *planWatch) told(list []plan.Candidate, best int) {
	spent := time.Since(s.began)
	if best == s.best && spent < s.next {
		return
	}
	if spent >= s.next {
		s.next = 2 * spent
	}
	s.best = best
	known := "none keeps all so far"
	if best >= 0 {
		known = fmt.Sprintf("the cheapest that keeps all so far: %s, %s $/h", variantText(s.job.Varied, s.job.Variants, &list[best]), dollars(list[best].Price))
	}
	fmt.Fprintf(s.w, "%s: %s; %s open\n", count(s.runs, "run", "runs"), known, count(plan.Count(list)[plan.Open], "candidate", "candidates"))
}
