package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios/study"
)

// shardFlag adds the flag that asks for one shard of a sweep.
func shardFlag(c *cobra.Command, text *string) {
	c.Flags().StringVar(text, "shard", "", "carry out only one of n equal parts of the runs, k/n with k from 0 to n−1, and write it as a file into the folder of --out; merge puts the parts together")
}

// share reads --shard. The error joins all faults of flags that do not go with it.
func (o *sweepOptions) share(c *cobra.Command) (study.Share, error) {
	if !c.Flags().Changed("shard") {
		return study.Share{}, nil
	}
	share, err := study.ParseShare(o.shard)
	if err != nil {
		err = fmt.Errorf("--shard %s: %w", o.shard, err)
	}
	for _, flag := range []string{"ledger", "full", "format", "only"} {
		if c.Flags().Changed(flag) {
			err = errors.Join(err, fmt.Errorf("--%s does not go with --shard: a shard keeps its runs in its own folder, and prints no results", flag))
		}
	}
	return share, err
}

// runShard carries out one part of the runs, and writes it as a file. If the file is there already,
// nothing is done.
func (o *sweepOptions) runShard(c *cobra.Command, s *study.Study, share study.Share, m *store.Manifest) error {
	header, err := shardHeader(m, share)
	if err != nil {
		return err
	}
	o.out = o.shardFolder(m.Scenario, header.Hash)
	all := len(s.Runs())
	tasks, err := s.Tasks()
	if err != nil {
		return err
	}
	s.Only = share.Runs(tasks)
	part := fmt.Sprintf("shard %v of %s, with %d of %s", share, m.Scenario, len(s.Only), count(all, "run", "runs"))
	path := filepath.Join(o.out, header.File())
	if b, err := os.ReadFile(path); err == nil {
		if there, err := study.ReadShard(path, b); err == nil && there.Whole && there.Same(header) {
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s, is in %s already\n", part, path)
			return err
		}
	}
	undo, err := makeOut(o.out, header.File())
	if err != nil {
		return input(err)
	}
	defer undo()
	draft, err := study.OpenDraft(o.out, header)
	if err != nil {
		return input(err)
	}
	if err := o.fillShard(c, s, header, path, draft); err != nil {
		return errors.Join(err, draft.Close())
	}
	if err := draft.Remove(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s, is in %s\n", part, path)
	return err
}

// shardFolder returns the folder of the shards of a sweep: that of --out, or one that follows from
// the sweep.
func (o *sweepOptions) shardFolder(scenario, hash string) string {
	if o.out != "" {
		return o.out
	}
	return resultsFolder(scenario, hash) + "-shards"
}

// shardHeader makes the header of the shards of a sweep from its manifest.
func shardHeader(m *store.Manifest, share study.Share) (*study.Header, error) {
	program, err := fingerprint()
	if err != nil {
		return nil, fmt.Errorf("--shard: %w", err)
	}
	design, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return &study.Header{Program: program, Scenario: m.Scenario, Hash: m.Hash(), Share: share, Design: design}, nil
}

// fillShard carries out the runs of a shard that a draft does not have, and writes the file.
func (o *sweepOptions) fillShard(c *cobra.Command, s *study.Study, header *study.Header, path string, draft *study.Draft) error {
	outcomes, err := o.carryOut(c, s, draft, o.out)
	if err != nil {
		return err
	}
	shard, err := s.Shard(header, outcomes)
	if err != nil {
		return err
	}
	b, err := shard.Bytes()
	if err != nil {
		return err
	}
	return store.WriteWhole(path, b)
}
