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

	"wavetank/scenarios/study"
	"wavetank/scenarios/study/workers"
)

// tokenVariable is the environment variable with the token for a NATS server. Other users of the
// computer would see a token on the command line.
const tokenVariable = "WAVETANK_NATS_TOKEN"

// addressFlags adds the flags that say how a NATS server is reached.
func addressFlags(c *cobra.Command, a *workers.Address, what string) {
	c.Flags().StringVar(&a.URL, "nats", "", what)
	c.Flags().StringVar(&a.Credentials, "nats-creds", "", "file with the credentials for the NATS server (.creds)")
	c.Flags().StringVar(&a.Authorities, "nats-ca", "", "PEM file with the certificates of authorities that the NATS server's certificate is checked against")
	c.Flags().BoolVar(&a.Insecure, "insecure", false, "use a NATS server on another computer even without TLS or credentials")
}

// workerOptions are the flags of worker.
type workerOptions struct {
	worker workers.Worker
	child  bool
	quiet  bool
}

func workerCommand() *cobra.Command {
	o := workerOptions{worker: workers.Worker{Address: &workers.Address{}}}
	c := &cobra.Command{
		Use:   "worker",
		Short: "Carry out runs of sweeps that other processes submit to a NATS server",
		Long: `Carry out runs of sweeps that other processes submit to a NATS server (sweep --nats).

A worker needs neither the scenario nor the files that it reads: the server has them. It takes runs
of all sweeps of its own version of the program, until it is interrupted. What it has not completed
then goes to another worker. If it may take part in no sweep that it finds, the exit code is 2.

A token for the server may be in the environment variable ` + tokenVariable + `.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c) },
	}
	addressFlags(c, o.worker.Address, "URL of the NATS server, or the URLs of a cluster, separated by commas")
	countFlag(c.Flags(), &o.worker.Parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time")
	c.Flags().StringVar(&o.worker.Cache, "cache", "", "folder that keeps tables of capacity (how much load replicas serve); workers may share it")
	allowFlag(c, &o.worker.Commands)
	c.Flags().DurationVar(&o.worker.Idle, "idle", 0, "end when there has been no run for so long (default: never)")
	c.Flags().BoolVar(&o.quiet, "quiet", false, "print only faults")
	c.Flags().BoolVar(&o.child, "until-input-ends", false, "end when standard input ends")
	c.Flags().StringVar(&o.worker.Folder, "temporary", "", "folder of temporary files")
	for _, flag := range []string{"until-input-ends", "temporary"} { // of sweep --workers
		_ = c.Flags().MarkHidden(flag) // fails only if there is no such flag
	}
	return c
}

func (o *workerOptions) run(c *cobra.Command) error {
	w := &o.worker
	var faults []error
	if w.Address.URL == "" {
		faults = append(faults, errors.New("--nats URL is missing: which server has the sweeps?"))
	} else {
		faults = append(faults, w.Address.Check())
	}
	if c.Flags().Changed("cache") && w.Cache == "" {
		faults = append(faults, errors.New("--cache: no folder is named"))
	}
	if w.Idle < 0 {
		faults = append(faults, errors.New("--idle: want a span of time above 0, such as 10m"))
	}
	if err := errors.Join(faults...); err != nil {
		return input(err)
	}
	program, err := fingerprint()
	if err != nil {
		return err
	}
	w.Program, w.Address.Token = program, os.Getenv(tokenVariable)
	out := progressOf(c, o.quiet)
	fmt.Fprintf(out, "worker of wavetank %s: %s at a time, from %s\n", study.Build(program), count(w.Parallel, "run", "runs"), w.Address)
	w.Tell = func(line string) { fmt.Fprintln(c.ErrOrStderr(), line) }
	ctx := c.Context()
	if o.child {
		ctx = untilEnd(ctx, c.InOrStdin())
	}
	done, err := w.Run(ctx)
	if errors.Is(err, context.Canceled) {
		return interruption(fmt.Sprintf("%s answered; the others go to other workers", count(done, "task was", "tasks were")))
	}
	if err != nil {
		return workersFault(err)
	}
	fmt.Fprintf(out, "%s answered; there has been no other for %v\n", count(done, "task was", "tasks were"), w.Idle.Round(time.Millisecond))
	return nil
}

// untilEnd returns a context that ends when a reader does.
func untilEnd(ctx context.Context, r io.Reader) context.Context {
	inner, stop := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, r)
		stop()
	}()
	return inner
}

// workersFault marks errors of workers that are bad input: a server that cannot be reached, and
// sweeps that are refused.
func workersFault(err error) error {
	_, unreachable := errors.AsType[workers.Unreachable](err)
	_, refused := errors.AsType[workers.Refused](err)
	if unreachable || refused {
		return input(err)
	}
	return err
}
