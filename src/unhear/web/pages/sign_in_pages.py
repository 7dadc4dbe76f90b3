"""The page of where one is signed in, and what its forms do, without JavaScript too."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from unhear.web.api.sign_ins import end, end_all
from unhear.web.api.sign_ins import sign_ins as all_sign_ins
from unhear.web.pages import forms, views
from unhear.web.pages.render import back_to, page

router = APIRouter(include_in_schema=False)


@router.get("/sign-ins")
def sign_ins(request: Request, signed: views.Guardian) -> Response:
    """Show where one is signed in, and whether somebody tries out passphrases."""
    return page(request, "sign-ins", signed, found=all_sign_ins(signed))


@router.post("/sign-ins/end")
def sign_out_there(signed: forms.Guardian, session: Annotated[str, Form()]) -> Response:
    """Sign out in one browser."""
    end(signed, session)
    return back_to("/sign-ins")


@router.post("/sign-ins/end-all")
def sign_out_everywhere(signed: forms.Guardian) -> Response:
    """Sign out everywhere."""
    response = back_to("/sign-in")
    end_all(signed, response)
    return response
