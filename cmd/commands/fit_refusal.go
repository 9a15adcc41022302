package commands

import (
	"errors"
	"fmt"
	"math"

	"wavetank/scenarios/calibrate/replay"
)

// refusal is the error of measurements that can be read, but tell too little to rely on a model.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// refused marks an error as one of the input, unless it is a refusal.
func refused(err error) error {
	var r refusal
	if errors.As(err, &r) {
		return err
	}
	return input(err)
}

// misfit refuses a model whose mean E2E or throughput is more than 10 % off the measurements that
// it was fitted to.
func misfit(list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) error {
	const most = 0.1
	for _, m := range replay.Compare(list, simulated, func(heldOut bool) bool { return !heldOut }) {
		if off := m.Simulated/m.Measured - 1; (m.Name == "E2E" || m.Name == "throughput") && math.Abs(off) > most {
			return refusal{fmt.Errorf("the model is %+.0f %% off the mean %s that it was fitted to, so it is refused: are the settings of the engine right (--num-gpu-blocks, --max-num-seqs, --replicas)? to write it anyway: --force", 100*off, m.Name)}
		}
	}
	return nil
}
