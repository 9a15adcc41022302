package fleet

import (
	"fmt"
	"time"
)

// Sleep says that replicas which leave a machine of a type sleep there, as the sleep mode of vLLM
// does (vllm/device_allocator/cumem.py). A later replica of the same variant on the machine wakes
// one of them instead of starting up.
type Sleep struct {
	// Level 1: the weights are kept in host memory, and copied back. Level 2: they are dropped, and
	// loaded from the storage again.
	Level int
	// level 1: host memory for weights, in bytes; the replica that has slept longest leaves first
	Memory int64
	// level 1: bandwidth from host memory to the devices of a replica, in bytes per second
	Bandwidth float64
	Wake      time.Duration // time to wake, instead of the start-up, before the weights move
}

// Wakes returns how long a replica of a deployment takes to wake, without a load from the storage.
func (s *Sleep) Wakes(d *Deployment) time.Duration {
	if s.Level == 2 {
		return s.Wake
	}
	return s.Wake + time.Duration(float64(d.Weights)/s.Bandwidth*1e9)
}

// check returns the faults.
func (s *Sleep) check(of string) (faults []error) {
	if s == nil {
		return nil
	}
	if s.Level != 1 && s.Level != 2 || s.Memory < 0 || s.Level == 1 && !(s.Bandwidth > 0) || s.Wake < 0 {
		faults = append(faults, fmt.Errorf("machine type %s: replicas cannot sleep as %+v", of, *s))
	}
	return faults
}
