"""Turns results into pictures, a page and a recommendation."""
