package fleet

import (
	"errors"
	"fmt"
	"slices"
)

// Validate joins the faults of a spec: in its times, in the GPU needs of its deployments, in its
// pipelines, in its clients, in its shares of time, and in its zones.
func (c *Spec) Validate() error {
	return errors.Join(slices.Concat(c.checkDynamics(), c.checkPipelines(), c.checkClients(), c.checkTimeShares(), c.checkZones())...)
}

// checkDynamics returns the faults in the times and the GPU needs of machine types and deployments.
func (c *Spec) checkDynamics() []error {
	var faults []error
	if c.Grace < 0 {
		faults = append(faults, fmt.Errorf("the grace period %v of draining replicas is negative", c.Grace))
	}
	if err := c.Carbon.check(); err != nil {
		faults = append(faults, fmt.Errorf("a carbon intensity of %w", err))
	}
	for _, o := range c.StorageOutages {
		if o.Down < 0 || o.Up <= o.Down {
			faults = append(faults, fmt.Errorf("the storage cannot be out from %v to %v", o.Down, o.Up))
		}
	}
	for i := range c.Types {
		t := &c.Types[i]
		if t.Failures.MTBF < 0 || t.Failures.Repair < 0 || t.Spot.Life < 0 || t.Spot.Notice < 0 {
			faults = append(faults, fmt.Errorf("machine type %s: a time of its failures %+v or of its notices %+v is negative", t.Name, t.Failures, t.Spot))
		}
	}
	for i := range c.Types {
		if err := c.Types[i].CheckTraces(); err != nil {
			faults = append(faults, err)
		}
		if err := c.Types[i].checkPay(); err != nil {
			faults = append(faults, err)
		}
		faults = append(faults, c.Types[i].checkSlowdowns()...)
		faults = append(faults, c.Types[i].Sleep.check(c.Types[i].Name)...)
	}
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.Transfer < 0 || d.Transfer > d.Load {
			faults = append(faults, fmt.Errorf("deployment %s: the transfer time %v is negative or longer than the load time %v, which contains it", d.Name, d.Transfer, d.Load))
		}
		if err := c.CheckDevices(&c.Deployments[i]); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

// checkPipelines returns the faults in the pipelines of a spec.
func (c *Spec) checkPipelines() []error {
	var faults []error
	if n := len(c.Pipelines); n > MostPipelines {
		faults = append(faults, fmt.Errorf("%d pipelines are more than %d", n, MostPipelines))
	}
	for i := range c.Pipelines {
		if r := c.Pipelines[i].Retries; r != nil {
			if err := r.check(); err != nil {
				faults = append(faults, fmt.Errorf("pipeline %s: retries: %w", c.Pipelines[i].Name, err))
			}
		}
		p := &c.Pipelines[i]
		if len(p.Stages) == 0 {
			faults = append(faults, fmt.Errorf("pipeline %s has no stage", p.Name))
		}
		if p.Back != nil && len(p.Back) != len(p.Stages) {
			faults = append(faults, fmt.Errorf("pipeline %s has %d ways back for %d stages", p.Name, len(p.Back), len(p.Stages)))
		}
		for s, to := range p.Back {
			if to < -1 || to > s {
				faults = append(faults, fmt.Errorf("pipeline %s: stage %d leads back to stage %d", p.Name, s, to))
			}
		}
		for s, stage := range p.Stages {
			if len(stage) == 0 {
				faults = append(faults, fmt.Errorf("pipeline %s: stage %d has no branch", p.Name, s))
			}
			for _, m := range stage {
				if m < 0 || int(m) >= len(c.Models) {
					faults = append(faults, fmt.Errorf("pipeline %s: stage %d asks for model %d, the run has %d", p.Name, s, m, len(c.Models)))
				}
			}
		}
	}
	return faults
}
