// Package place holds the placers of allocators: on which machines replicas go, which machines are
// rented for them, and who leaves. Each is a file of its own and differs from the others in its
// chooser alone: where one more replica goes. One that is to be added begins as a copy of
// firstfit.go; the one line that names it stands in policies/registry/allocators.go.
package place
