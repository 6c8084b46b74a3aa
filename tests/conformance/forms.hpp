#pragma once

#include <cstddef>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <vector>

#include "harness/region.hpp"
#include "tests/conformance/workers.hpp"

/// Objects whose type is erased, so that checks are compiled once and not once for each row.
namespace handoff::conformance {

/// How an object is built, in memory of `bytes` bytes, and used there.
template <class ItsShape, class ItsHandle>
struct Form {
  using Shape = ItsShape;
  using Handle = ItsHandle;

  std::size_t bytes;
  std::align_val_t alignment;
  void (*build)(void* memory, Shape shape);
  void (*destroy)(void* object);
  std::unique_ptr<Handle> (*handle)(void* object, unsigned worker);
};

/// Of an object whose handles `Erased` holds.
template <class Object, class Erased, class Shape, class Handle>
constexpr Form<Shape, Handle> form_of() {
  return {
      .bytes = sizeof(Object),
      .alignment = std::align_val_t(alignof(Object)),
      .build = [](void* memory, Shape shape) { new (memory) Object(shape); },
      .destroy = [](void* object) { std::destroy_at(static_cast<Object*>(object)); },
      .handle = [](void* object, unsigned worker) -> std::unique_ptr<Handle> {
        return std::make_unique<Erased>(static_cast<Object*>(object)->handle(worker));
      },
  };
}

/// An object in memory that forked children share with their parent.
template <class Form>
class SharedObject {
 public:
  SharedObject(const Form& form, typename Form::Shape shape)
      : form_(form), memory_(harness::Region::shared(form.bytes)) {
    form_.build(memory_.data(), shape);
  }
  /// Not after a check has failed: the destruction of what a worker died in may never end.
  ~SharedObject() {
    if (std::uncaught_exceptions() == 0) form_.destroy(memory_.data());
  }
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;

  /// To be taken in the worker itself.
  std::unique_ptr<typename Form::Handle> handle(unsigned worker) const {
    return form_.handle(memory_.data(), worker);
  }

 private:
  const Form& form_;
  harness::Region memory_;
};

/// An object of this process alone, in memory that has been used before.
template <class Form>
class ObjectOnHeap {
 public:
  ObjectOnHeap(const Form& form, typename Form::Shape shape)
      : form_(form), memory_(operator new(form.bytes, form.alignment), Free{form.alignment}) {
    constexpr int used_before = 0xA5;
    std::memset(memory_.get(), used_before, form.bytes);
    form_.build(memory_.get(), shape);
  }
  ~ObjectOnHeap() { form_.destroy(memory_.get()); }
  ObjectOnHeap(const ObjectOnHeap&) = delete;
  ObjectOnHeap& operator=(const ObjectOnHeap&) = delete;

  std::unique_ptr<typename Form::Handle> handle(unsigned worker) const {
    return form_.handle(memory_.get(), worker);
  }

 private:
  struct Free {
    std::align_val_t alignment;
    void operator()(void* memory) const { operator delete(memory, alignment); }
  };

  const Form& form_;
  std::unique_ptr<void, Free> memory_;
};

/// How many handles a shape has.
template <class Shape>
unsigned workers_of(const Shape& shape) {
  if constexpr (requires { shape.parties; }) {
    return shape.parties;
  } else {
    return shape.workers;
  }
}

/// Has the shape's workers share an object, and each do `work(handle, number)`.
template <class Form>
void share(const Form& form, typename Form::Shape shape,
           const std::function<void(typename Form::Handle&, unsigned)>& work,
           Clock::duration watchdog = usual_watchdog) {
  SharedObject<Form> object(form, shape);
  std::vector<std::function<void()>> workers;
  for (unsigned i = 0; i < workers_of(shape); ++i) {
    workers.push_back([&, i] {
      auto handle = object.handle(i);
      work(*handle, i);
    });
  }
  run_workers(shape.peers, workers, watchdog);
}

/// One object through two mappings of one memory file: `use(first, second)` has a handle of each.
template <class Form>
void through_two_mappings(
    const Form& form, typename Form::Shape shape,
    const std::function<void(typename Form::Handle&, typename Form::Handle&)>& use) {
  run_alone([&] {
    const Descriptor file(harness::make_memory_file(form.bytes));
    auto here = harness::Region::of_file(file.get(), form.bytes);
    auto there = harness::Region::of_file(file.get(), form.bytes);
    form.build(here.data(), shape);
    {
      auto first = form.handle(here.data(), 0);
      auto second = form.handle(there.data(), 1);
      use(*first, *second);
    }
    form.destroy(there.data());
  });
}

}  // namespace handoff::conformance
