#pragma once

#include <utility>

namespace handoff {

/// The arguments of a task that takes several, as starmap has them. Unlike std::tuple it is
/// trivially copyable where they are, and so crosses to other processes.
template <class First, class... Rest>
struct Arguments {
  First first;
  Arguments<Rest...> rest;

  constexpr Arguments(const First& f, const Rest&... r) : first(f), rest(r...) {}
};

template <class Last>
struct Arguments<Last> {
  Last first;

  constexpr Arguments(const Last& last) : first(last) {}
};

namespace detail {

template <auto F, class... Before, class First, class... Rest>
decltype(auto) spread(const Arguments<First, Rest...>& arguments, const Before&... before) {
  if constexpr (sizeof...(Rest) == 0) {
    return F(before..., arguments.first);
  } else {
    return spread<F>(arguments.rest, before..., arguments.first);
  }
}

/// F as a function of one argument.
template <auto F, class A>
auto with_one_argument(const A& arguments) {
  return spread<F>(arguments);
}

}  // namespace detail
}  // namespace handoff
