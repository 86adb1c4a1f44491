package server

// Handled returns the patterns that no description lists.
func (s *Server) Handled() []string { return s.handled }
