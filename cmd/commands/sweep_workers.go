package commands

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"wavetank/policies/registry"
	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/scenarios/study"
	"wavetank/scenarios/study/workers"
)

// sweepWorkers are the flags that let workers carry out a sweep.
type sweepWorkers struct {
	number  int
	address workers.Address
}

const mostWorkers = 1000

func workersFlags(c *cobra.Command, o *sweepWorkers) {
	countFlag(c.Flags(), &o.number, "workers", 0, 1, mostWorkers, "let so many worker processes on this computer carry out the runs; they share --parallel")
	addressFlags(c, &o.address, "let workers carry out the runs that have joined this NATS server (wavetank worker --nats URL)")
}

// used reports whether workers carry out the runs.
func (o *sweepWorkers) used() bool { return o.number > 0 || o.address.URL != "" }

// check returns the faults of the flags, all joined.
func (o *sweepWorkers) check(c *cobra.Command) error {
	var faults []error
	for _, flag := range []string{"workers", "nats"} {
		for _, other := range []string{"shard", "print"} {
			if c.Flags().Changed(flag) && c.Flags().Changed(other) {
				faults = append(faults, fmt.Errorf("--%s does not go with --%s", flag, other))
			}
		}
	}
	if c.Flags().Changed("nats") {
		o.address.Token = os.Getenv(tokenVariable)
		return errors.Join(append(faults, o.address.Check())...)
	}
	for _, flag := range []string{"nats-creds", "nats-ca", "insecure"} {
		if c.Flags().Changed(flag) {
			faults = append(faults, fmt.Errorf("--%s goes with --nats", flag))
		}
	}
	return errors.Join(faults...)
}

// distribute lets workers carry out the runs that a ledger does not have. Those of policies without
// a search are kept there, too.
func (o *sweepOptions) distribute(c *cobra.Command, name string, s *study.Study, ledger *study.Ledger, m *store.Manifest) (study.Outcomes, error) {
	d := &dispatch{sweepOptions: o, command: c, study: s, ledger: ledger}
	told := progressOf(c, o.look.quiet)
	d.watch = &sweepWatch{watch: newWatch(told, o.parallel), study: s, ledger: ledger.Path(), elsewhere: o.workers.number == 0}
	for _, cell := range s.Cells {
		keepRuns(ledger, cell.Experiment)
	}
	if err := d.watch.tell(c.Context(), ledger); err != nil {
		return nil, d.watch.ended(err)
	}
	err := d.run(name, m)
	d.watch.watch.bar.stop()
	if err != nil {
		return nil, workersFault(d.watch.ended(err))
	}
	return d.outcomes, nil
}

// dispatch is a sweep whose runs workers carry out.
type dispatch struct {
	*sweepOptions
	command  *cobra.Command
	study    *study.Study
	ledger   *study.Ledger
	watch    *sweepWatch
	outcomes study.Outcomes
	told     study.Advance
	local    *workers.Processes
}

// run gathers the runs that the ledger has, and lets workers carry out the others.
func (d *dispatch) run(name string, m *store.Manifest) error {
	tasks, err := d.study.Tasks()
	if err != nil {
		return err
	}
	d.told.Of = len(d.study.Runs())
	kept := *d.study
	var left []study.Task
	if kept.Only, left, err = d.study.Split(tasks, d.ledger); err != nil {
		return err
	}
	kept.Progress = func(a study.Advance) {
		d.told.Kept = a.Kept
		d.advance(a.Last, a.Finished)
	}
	if d.outcomes, err = kept.Run(d.command.Context()); err != nil {
		return err
	}
	header, err := shardHeader(m, study.Share{})
	if err != nil {
		return err
	}
	sub, err := d.submission(name, header)
	if err != nil || len(left) == 0 {
		return err
	}
	folder := d.out + "-tasks"
	if d.workers.address.URL != "" {
		sub.Address = &d.workers.address
		if err := d.with(sub, left, folder); err != nil {
			return err
		}
		return removeTasks(folder)
	}
	server, err := workers.Serve(filepath.Join(folder, "nats"))
	if err != nil {
		return err
	}
	sub.Address = server.Address()
	err = d.with(sub, left, folder)
	server.Stop()
	if err != nil {
		return err // what the server has kept is there for the next time
	}
	return removeTasks(folder)
}

// removeTasks removes what a sweep with workers has kept in a folder.
func removeTasks(folder string) error {
	err := errors.Join(os.RemoveAll(filepath.Join(folder, "nats")), os.RemoveAll(filepath.Join(folder, "capacity")))
	if fault := os.Remove(folder); !errors.Is(fault, fs.ErrNotExist) {
		err = errors.Join(err, fault)
	}
	return err
}

// advance counts a run, and shows the progress.
func (d *dispatch) advance(r study.Run, f *scenarios.Finished) {
	d.told.Done++
	d.told.Last, d.told.Finished = r, f
	d.watch.advance(d.told)
}

// submission returns the submission of the sweep, without an address.
func (d *dispatch) submission(name string, h *study.Header) (*workers.Submission, error) {
	f, err := load(d.command, name, nil)
	if err != nil {
		return nil, err
	}
	changes, err := d.scenario.changes(d.command)
	if err != nil {
		return nil, err
	}
	w := &workers.SweepWork{Scenario: h.Scenario, File: name, Text: f.Text, Shipped: f.Shipped, Changes: changes, Selected: d.scenario.policies, Varied: d.study.Paths()}
	told := progressOf(d.command, d.look.quiet)
	return &workers.Submission{
		Program: h.Program, Design: h.Design, Work: w, Study: d.study, Open: f.Open, Receive: d.receive,
		Tell: func(line string) { fmt.Fprintln(told, line) },
	}, nil
}

// receive notes the runs of a task.
func (d *dispatch) receive(t *study.Task, runs []study.ShardRun) error {
	if d.local != nil {
		d.local.Answered()
	}
	first := t.Runs[0]
	p := &d.study.Cells[first.Cell].Experiment.Scenario.Policies[first.Policy]
	of := map[int]*scenarios.Finished{}
	for _, r := range runs {
		of[r.Run.Replication] = r.Finished
		if p.Allocator.Reference() != registry.NoReference {
			continue // its key depends on what the search has found
		}
		if err := d.ledger.Keep(r.Key, r.Label, r.Finished); err != nil {
			return err
		}
	}
	for _, r := range t.Runs {
		f := of[r.Replication]
		d.outcomes[r.Cell][r.Policy][r.Replication-d.study.Cells[r.Cell].Experiment.First] = f
		d.advance(r, f)
	}
	return nil
}

// with submits tasks. Meanwhile the worker processes of this computer run, if any are asked for.
// Their temporary files are removed here, because a process that is killed removes none.
func (d *dispatch) with(sub *workers.Submission, tasks []study.Task, folder string) (err error) {
	if d.workers.number == 0 {
		return sub.Run(d.command.Context(), tasks)
	}
	temporary, err := filepath.Abs(filepath.Join(folder, "workers"))
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(temporary), os.MkdirAll(temporary, 0o777)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	start := func() *exec.Cmd { return d.process(sub.Address, folder, temporary) }
	d.local = &workers.Processes{Number: d.workers.number, Tell: sub.Tell, Start: start}
	ctx, stop := context.WithCancelCause(d.command.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := d.local.Run(ctx); err != nil {
			stop(err)
		}
	}()
	err = sub.Run(ctx, tasks)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	stop(nil)
	<-ended
	return err
}

// process returns the command line of a worker process.
func (d *dispatch) process(at *workers.Address, folder, temporary string) *exec.Cmd {
	cache := d.scenario.cache
	if cache == "" {
		cache = filepath.Join(folder, "capacity")
	}
	each := (d.parallel + d.workers.number - 1) / d.workers.number
	args := []string{os.Args[0], "worker", "--quiet", "--until-input-ends", "--nats", at.URL, "--parallel", strconv.Itoa(each), "--cache", cache, "--temporary", temporary}
	for flag, value := range map[string]string{"--nats-creds": at.Credentials, "--nats-ca": at.Authorities} {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	for flag, set := range map[string]bool{"--insecure": at.Insecure, "--allow-commands": d.scenario.allow} {
		if set {
			args = append(args, flag)
		}
	}
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	c := exec.Command(program)
	c.Args = args
	c.Env = append(os.Environ(), tokenVariable+"="+at.Token)
	return c
}
