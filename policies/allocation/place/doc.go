// Package place holds the placers of allocators: on which machines replicas go, which machines are
// rented for them, and which replicas leave. Each is a file of its own and differs from the others
// in its chooser alone: where one more replica goes. To add one, copy firstfit.go, and name it in
// one line of policies/registry/stages.go (Placers).
package place
