import "./panel";
import "./card";
import "./feature";
